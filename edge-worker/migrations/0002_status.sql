-- Status lists, and what happens to a credential after it was issued.

-- A block of entries, of which every credential takes one: the same entry in each list of the block. Half of the 131,072
-- entries are given out at most, so that a free one is found at random; then comes the next block.
CREATE TABLE status_block (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (id),
  number INTEGER NOT NULL CHECK (number >= 1),
  allocated INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  CONSTRAINT status_block_not_full CHECK (allocated <= 65536)
) STRICT;
CREATE UNIQUE INDEX status_block_number ON status_block (organization_id, number);
CREATE UNIQUE INDEX status_block_of_organization ON status_block (organization_id, id);

-- The lists of a block, one a purpose. The signed list is in KV under document_sha256; which bits it has set follows from
-- the credentials. Whoever replaces it names the version that it was made from: another one breaks the check.
CREATE TABLE status_list (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (id),
  block_id TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('revocation', 'suspension')),
  version INTEGER NOT NULL DEFAULT 1,
  document_sha256 TEXT NOT NULL CHECK (length(document_sha256) = 64),
  signing_key_id TEXT NOT NULL,
  signed_at INTEGER NOT NULL,
  FOREIGN KEY (organization_id, block_id) REFERENCES status_block (organization_id, id),
  FOREIGN KEY (organization_id, signing_key_id) REFERENCES signing_key (organization_id, id),
  CONSTRAINT status_list_unchanged CHECK (version >= 1)
) STRICT;
CREATE UNIQUE INDEX status_list_purpose ON status_list (block_id, purpose);

-- A credential from before status lists has no entry. Whoever moves a credential names how many moves it had made when
-- that was decided: another number breaks the check.
ALTER TABLE credential ADD COLUMN status_block_id TEXT REFERENCES status_block (id);
ALTER TABLE credential ADD COLUMN status_index INTEGER CHECK (status_index BETWEEN 0 AND 131071);
ALTER TABLE credential ADD COLUMN suspended_at INTEGER;
ALTER TABLE credential ADD COLUMN moves INTEGER NOT NULL DEFAULT 0
  CONSTRAINT credential_unchanged CHECK (moves >= 0);
CREATE UNIQUE INDEX credential_status_entry ON credential (status_block_id, status_index);
CREATE INDEX credential_revoked_entry ON credential (status_block_id, status_index) WHERE revoked_at IS NOT NULL;
CREATE INDEX credential_suspended_entry ON credential (status_block_id, status_index) WHERE suspended_at IS NOT NULL;
CREATE UNIQUE INDEX credential_of_organization ON credential (organization_id, id);

-- What moved a credential from one state to another, and who. An actor is a member, an API key, or neither: then the
-- worker itself did it.
CREATE TABLE credential_event (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL,
  credential_id TEXT NOT NULL,
  from_state TEXT NOT NULL CHECK (from_state IN ('active', 'suspended', 'revoked', 'expired')),
  to_state TEXT NOT NULL CHECK (to_state IN ('active', 'suspended', 'revoked', 'expired')),
  reason_code TEXT NOT NULL CHECK (reason_code IN ('administrative_hold', 'policy_violation', 'appeal_pending',
    'appeal_resolved', 'credential_expired', 'issuer_requested', 'other')),
  reason TEXT CHECK (length(reason) <= 512),
  transition_source TEXT NOT NULL CHECK (transition_source IN ('manual', 'automation')),
  actor_user_id TEXT REFERENCES user (id),
  actor_api_key_id TEXT REFERENCES api_key (id),
  transitioned_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  FOREIGN KEY (organization_id, credential_id) REFERENCES credential (organization_id, id),
  CHECK (actor_user_id IS NULL OR actor_api_key_id IS NULL),
  CHECK (from_state <> to_state)
) STRICT;
CREATE INDEX credential_event_of_credential ON credential_event (credential_id, transitioned_at, id);
