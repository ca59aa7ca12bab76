-- Signing keys that are taken back, and the DID method that an organization signs under.

-- A key that somebody else may have is revoked: it leaves the DID document, so that nothing it has signed verifies any more. The
-- active key is not, and none with which a published status list is signed: whoever finds one left writes a time before 1970,
-- which breaks the check.
ALTER TABLE signing_key ADD COLUMN revoked_at INTEGER
  CONSTRAINT signing_key_not_in_use CHECK (revoked_at IS NULL OR (revoked_at >= 0 AND retired_at IS NOT NULL));
ALTER TABLE signing_key ADD COLUMN revoked_by TEXT REFERENCES user (id);

-- `web` is did:web on the deployment's host, where others can reach it; `key` is the key's own did:key.
ALTER TABLE organization ADD COLUMN did_method TEXT NOT NULL DEFAULT 'web' CHECK (did_method IN ('web', 'key'));
