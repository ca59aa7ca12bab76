-- The outbox: every mail is a row here before anybody sends it, written in the batch of whatever it tells about.

-- What it says is sealed under the Worker secret KEY_ENCRYPTION_SECRET, since it may hold a one-time code, and is wiped
-- when the mail has ended. `next_attempt_at` is when the clock takes up what the queue has not brought to its end.
CREATE TABLE mail (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT REFERENCES organization (id),
  credential_id TEXT REFERENCES credential (id),
  recipient TEXT NOT NULL,
  template TEXT NOT NULL CHECK (template IN ('sign_in_code', 'issued', 'invitation')),
  locale TEXT NOT NULL,
  sealed_content TEXT,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER NOT NULL,
  leased_until INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  CHECK ((ended_at IS NULL) = (state = 'waiting')),
  CHECK ((sealed_content IS NULL) = (state <> 'waiting'))
) STRICT;
CREATE INDEX mail_due ON mail (next_attempt_at) WHERE state = 'waiting';
CREATE INDEX mail_ended ON mail (ended_at) WHERE state <> 'waiting';
CREATE INDEX mail_of_credential ON mail (credential_id, created_at DESC) WHERE credential_id IS NOT NULL;
