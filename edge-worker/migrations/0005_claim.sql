-- What an organization chooses, and what belongs to the recipient: claiming, and finding one's own.

-- Whether recipients are written to, in which language, whether strangers see what is issued unless the request says so, and
-- how a credential names its recipient: by a salted hash of the address, or by the address itself.
ALTER TABLE organization ADD COLUMN notifications INTEGER NOT NULL DEFAULT 1 CHECK (notifications IN (0, 1));
ALTER TABLE organization ADD COLUMN locale TEXT NOT NULL DEFAULT 'en';
ALTER TABLE organization ADD COLUMN default_is_public INTEGER NOT NULL DEFAULT 1 CHECK (default_is_public IN (0, 1));
ALTER TABLE organization ADD COLUMN recipient_identifier TEXT NOT NULL DEFAULT 'hashed'
  CHECK (recipient_identifier IN ('hashed', 'mailto'));

ALTER TABLE credential ADD COLUMN claimed_by TEXT REFERENCES user (id);
CREATE INDEX recipient_by_identity ON recipient (identity_type, identity);
CREATE INDEX credential_of_recipient ON credential (recipient_id, issued_at DESC, id);
