-- Webhooks: what happens here is told to addresses that an organization names.

-- The secrets are sealed under the Worker secret KEY_ENCRYPTION_SECRET. After a rotation the one before signs beside the new
-- one until `previous_until`. An empty list of events means all of them.
CREATE TABLE webhook (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (id),
  url TEXT NOT NULL,
  events TEXT NOT NULL CHECK (json_type(events) = 'array'),
  sealed_secret TEXT NOT NULL,
  sealed_previous_secret TEXT,
  previous_until INTEGER,
  is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  created_at INTEGER NOT NULL,
  CHECK ((sealed_previous_secret IS NULL) = (previous_until IS NULL))
) STRICT;
CREATE INDEX webhook_of_organization ON webhook (organization_id, created_at, id);

-- Something that somebody wants to be told of; written in the batch by which it happens.
CREATE TABLE webhook_event (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (id),
  type TEXT NOT NULL,
  data TEXT NOT NULL CHECK (json_type(data) = 'object'),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_event_created ON webhook_event (created_at);

-- One event for one webhook, and what came of telling it.
CREATE TABLE webhook_delivery (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (id),
  webhook_id TEXT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  event_id TEXT NOT NULL REFERENCES webhook_event (id),
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER NOT NULL,
  leased_until INTEGER NOT NULL DEFAULT 0,
  last_status INTEGER,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  CHECK ((ended_at IS NULL) = (state = 'waiting'))
) STRICT;
CREATE UNIQUE INDEX webhook_delivery_once ON webhook_delivery (webhook_id, event_id);
CREATE INDEX webhook_delivery_log ON webhook_delivery (webhook_id, created_at DESC, id);
CREATE INDEX webhook_delivery_due ON webhook_delivery (next_attempt_at) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_of_event ON webhook_delivery (event_id);

-- A credential expires by itself; the clock tells of it once.
ALTER TABLE credential ADD COLUMN expiry_told_at INTEGER;
CREATE INDEX credential_expiry ON credential (valid_until)
  WHERE valid_until IS NOT NULL AND expiry_told_at IS NULL AND revoked_at IS NULL;
