-- Expiry as a move of its own, and the order of moves.

-- When a credential expired: by itself, once the clock has written that down, or because its issuer let it. And when it was
-- last made active again after that; its signed `validUntil` stays what it is.
ALTER TABLE credential ADD COLUMN expired_at INTEGER;
ALTER TABLE credential ADD COLUMN reactivated_at INTEGER;
DROP INDEX credential_expiry;
CREATE INDEX credential_expiry ON credential (valid_until)
  WHERE valid_until IS NOT NULL AND expired_at IS NULL AND revoked_at IS NULL;

-- Which of the credential's moves an event tells of, counted from 1; a move has one event.
ALTER TABLE credential_event ADD COLUMN number INTEGER CHECK (number >= 1);
UPDATE credential_event SET number =
  (SELECT count(*) FROM credential_event e WHERE e.credential_id = credential_event.credential_id AND e.rowid <= credential_event.rowid);
CREATE UNIQUE INDEX credential_event_number ON credential_event (credential_id, number);
