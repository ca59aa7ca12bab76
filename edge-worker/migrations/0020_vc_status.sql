-- The status of credentials that were issued through the VC-API. Nothing else of those is kept: a coordinator has them.

-- An entry in the same blocks that badges take theirs from, under the id that the credential has or that the coordinator gave.
CREATE TABLE vc_status_entry (
  organization_id TEXT NOT NULL REFERENCES organization (id),
  credential_id TEXT NOT NULL CHECK (length(credential_id) <= 2048),
  status_block_id TEXT NOT NULL,
  status_index INTEGER NOT NULL CHECK (status_index BETWEEN 0 AND 131071),
  revoked_at INTEGER,
  suspended_at INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, credential_id),
  FOREIGN KEY (organization_id, status_block_id) REFERENCES status_block (organization_id, id)
) STRICT;
CREATE UNIQUE INDEX vc_status_entry_index ON vc_status_entry (status_block_id, status_index);
CREATE INDEX vc_status_entry_revoked ON vc_status_entry (status_block_id, status_index) WHERE revoked_at IS NOT NULL;
CREATE INDEX vc_status_entry_suspended ON vc_status_entry (status_block_id, status_index) WHERE suspended_at IS NOT NULL;

-- An entry belongs to one credential, of whichever kind. The text is that of the index of the other table.
CREATE TRIGGER vc_status_entry_is_free BEFORE INSERT ON vc_status_entry
WHEN EXISTS (SELECT 1 FROM credential WHERE status_block_id = NEW.status_block_id AND status_index = NEW.status_index)
BEGIN
  SELECT RAISE(ABORT, 'UNIQUE constraint failed: credential.status_block_id, credential.status_index');
END;
CREATE TRIGGER credential_status_entry_is_free BEFORE INSERT ON credential
WHEN EXISTS (SELECT 1 FROM vc_status_entry WHERE status_block_id = NEW.status_block_id AND status_index = NEW.status_index)
BEGIN
  SELECT RAISE(ABORT, 'UNIQUE constraint failed: credential.status_block_id, credential.status_index');
END;
