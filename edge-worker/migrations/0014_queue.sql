-- Issuing and revoking through the queue (contract B): each accepted request is a row before anybody is told so.

-- `id` is what the job makes: the credential's own id, or that of the revocation. So a job that is brought twice can not make
-- two credentials, and the one that it makes is written in the batch that completes the job. Whom it is for and why are wiped
-- when it is completed; of a failed job they stay for a while, so that it can be tried again. The row itself stays, since its
-- idempotency key must never do something else. There is no foreign key to the badge: it may be deleted meanwhile.
CREATE TABLE queue_job (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (id),
  idempotency_key TEXT NOT NULL CHECK (length(idempotency_key) BETWEEN 1 AND 128),
  request_mac TEXT NOT NULL CHECK (length(request_mac) = 64),
  type TEXT NOT NULL CHECK (type IN ('issue_badge', 'revoke_badge')),
  credential_id TEXT NOT NULL,
  badge_id TEXT,
  identity_type TEXT,
  identity TEXT,
  identifiers TEXT CHECK (json_type(identifiers) = 'array'),
  reason TEXT,
  api_key_id TEXT NOT NULL REFERENCES api_key (id),
  origin TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'processing', 'completed', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  leased_until INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER NOT NULL,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  CHECK ((ended_at IS NULL) = (state IN ('queued', 'processing'))),
  CHECK ((type = 'issue_badge') = (badge_id IS NOT NULL)),
  CHECK (type <> 'issue_badge' OR credential_id = id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX queue_job_key ON queue_job (organization_id, idempotency_key);
CREATE INDEX queue_job_due ON queue_job (next_attempt_at) WHERE state IN ('queued', 'processing');
CREATE INDEX queue_job_failed ON queue_job (organization_id, ended_at DESC) WHERE state = 'failed';
