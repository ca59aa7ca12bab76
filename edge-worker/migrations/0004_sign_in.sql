-- Signing in by one-time code, sessions that end, and how people come into an organization.

-- Since when an address is proved: by a code that was sent to it.
ALTER TABLE user ADD COLUMN email_verified_at INTEGER;

-- The one code of an address that is good, as a keyed hash.
CREATE TABLE sign_in_code (
  email TEXT NOT NULL PRIMARY KEY CHECK (email = lower(email)),
  mac TEXT NOT NULL CHECK (length(mac) = 64),
  attempts INTEGER NOT NULL DEFAULT 0,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_code_expires ON sign_in_code (expires_at);

-- A token names its session, so that signing out ends it at once. Of the refresh token only hashes are kept: of the one that
-- is good, and of the one before, whose second use tells that somebody else has it.
CREATE TABLE session (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES user (id),
  refresh_sha256 TEXT NOT NULL CHECK (length(refresh_sha256) = 64),
  previous_sha256 TEXT CHECK (length(previous_sha256) = 64),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX session_refresh ON session (refresh_sha256);
CREATE INDEX session_previous ON session (previous_sha256) WHERE previous_sha256 IS NOT NULL;
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE invitation (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (id),
  email TEXT NOT NULL CHECK (email = lower(email)),
  role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'issuer', 'viewer')),
  invited_by TEXT NOT NULL REFERENCES user (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  accepted_at INTEGER,
  withdrawn_at INTEGER,
  CHECK (accepted_at IS NULL OR withdrawn_at IS NULL)
) STRICT;
-- One open invitation an address.
CREATE UNIQUE INDEX invitation_open ON invitation (organization_id, email) WHERE accepted_at IS NULL AND withdrawn_at IS NULL;
