-- Organizations, their keys and badges, and the credentials they issue.
--
-- Times are milliseconds since 1970-01-01T00:00:00Z; ids are UUIDs in lower case; flags are 0 or 1. Every rule that two
-- concurrent requests could break between them is an index, a foreign key or a check here. Foreign keys name the
-- organization together with the object, so that nothing of one organization can point into another one.

CREATE TABLE user (
  id TEXT NOT NULL PRIMARY KEY,
  email TEXT NOT NULL CHECK (email = lower(email)),
  is_bootstrap_owner INTEGER NOT NULL DEFAULT 0 CHECK (is_bootstrap_owner IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX user_email ON user (email);
-- The bootstrap secret makes one owner, whoever comes first.
CREATE UNIQUE INDEX user_one_bootstrap_owner ON user (is_bootstrap_owner) WHERE is_bootstrap_owner = 1;

CREATE TABLE organization (
  id TEXT NOT NULL PRIMARY KEY,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  url TEXT,
  email TEXT,
  description TEXT,
  status TEXT NOT NULL CHECK (status IN ('pending_review', 'approved', 'rejected', 'suspended')),
  plan TEXT NOT NULL CHECK (plan IN ('free', 'professional', 'enterprise')),
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX organization_slug ON organization (slug);

CREATE TABLE member (
  organization_id TEXT NOT NULL REFERENCES organization (id),
  user_id TEXT NOT NULL REFERENCES user (id),
  role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'issuer', 'viewer')),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, user_id)
) STRICT;
CREATE INDEX member_user ON member (user_id);

-- Of an API key only the hash is kept, and what names it to people: how it begins and how it ends.
CREATE TABLE api_key (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (id),
  label TEXT NOT NULL,
  prefix TEXT NOT NULL,
  last4 TEXT NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  scopes TEXT NOT NULL CHECK (json_type(scopes) = 'array'),
  created_by TEXT NOT NULL REFERENCES user (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER
) STRICT;
CREATE UNIQUE INDEX api_key_sha256 ON api_key (sha256);
CREATE INDEX api_key_organization ON api_key (organization_id, created_at);

-- The private half is sealed under the Worker secret KEY_ENCRYPTION_SECRET, bound to the organization and the key.
CREATE TABLE signing_key (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (id),
  did TEXT NOT NULL,
  public_key_multibase TEXT NOT NULL,
  sealed_seed TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  retired_at INTEGER
) STRICT;
CREATE UNIQUE INDEX signing_key_of_organization ON signing_key (organization_id, id);
CREATE UNIQUE INDEX signing_key_public_key ON signing_key (public_key_multibase);
CREATE UNIQUE INDEX signing_key_one_active ON signing_key (organization_id) WHERE retired_at IS NULL;

-- A badge is a template. What it says is in its versions, which are only ever added to; the greatest number is current.
CREATE TABLE badge (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (id),
  slug TEXT NOT NULL,
  is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX badge_of_organization ON badge (organization_id, id);
CREATE UNIQUE INDEX badge_slug ON badge (organization_id, slug);

CREATE TABLE badge_version (
  badge_id TEXT NOT NULL REFERENCES badge (id),
  number INTEGER NOT NULL CHECK (number >= 1),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  criteria_id TEXT,
  criteria_narrative TEXT,
  image_sha256 TEXT CHECK (length(image_sha256) = 64),
  achievement_type TEXT,
  tags TEXT NOT NULL DEFAULT '[]' CHECK (json_type(tags) = 'array'),
  expires_in_days INTEGER CHECK (expires_in_days >= 1),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (badge_id, number),
  CHECK (criteria_id IS NOT NULL OR criteria_narrative IS NOT NULL)
) STRICT;

-- Whom an organization has issued to. The one place of an address, so that it can be erased at one place.
CREATE TABLE recipient (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (id),
  identity_type TEXT NOT NULL CHECK (identity_type IN ('email', 'email_sha256', 'did', 'url')),
  identity TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX recipient_of_organization ON recipient (organization_id, id);
CREATE UNIQUE INDEX recipient_identity ON recipient (organization_id, identity_type, identity);

-- The signed bytes are in KV under document_sha256. What state a credential is in is derived from its times. issued_at is
-- what the issuer says; recorded_at is the database's own clock, which puts concurrent requests in order.
CREATE TABLE credential (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL CHECK (code GLOB 'CRD-????????'),
  organization_id TEXT NOT NULL REFERENCES organization (id),
  badge_id TEXT NOT NULL,
  badge_version INTEGER NOT NULL,
  recipient_id TEXT NOT NULL,
  recipient_name TEXT NOT NULL,
  signing_key_id TEXT NOT NULL,
  document_sha256 TEXT NOT NULL CHECK (length(document_sha256) = 64),
  is_public INTEGER NOT NULL CHECK (is_public IN (0, 1)),
  issued_at INTEGER NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_until INTEGER,
  claimed_at INTEGER,
  revoked_at INTEGER,
  revocation_reason TEXT,
  supersedes_id TEXT,
  recorded_at INTEGER NOT NULL,
  FOREIGN KEY (organization_id, badge_id) REFERENCES badge (organization_id, id),
  FOREIGN KEY (badge_id, badge_version) REFERENCES badge_version (badge_id, number),
  FOREIGN KEY (organization_id, recipient_id) REFERENCES recipient (organization_id, id),
  FOREIGN KEY (organization_id, signing_key_id) REFERENCES signing_key (organization_id, id),
  FOREIGN KEY (supersedes_id, badge_id, recipient_id) REFERENCES credential (id, badge_id, recipient_id),
  CHECK (valid_until > valid_from),
  CHECK ((revoked_at IS NULL) = (revocation_reason IS NULL)),
  CHECK (supersedes_id <> id)
) STRICT;
CREATE UNIQUE INDEX credential_code ON credential (code);
-- The credentials of one badge for one recipient are a list: one first link, and at most one after each. So of two
-- requests that award the same badge to the same person at the same time, one wins.
CREATE UNIQUE INDEX credential_link ON credential (id, badge_id, recipient_id);
CREATE UNIQUE INDEX credential_one_first ON credential (badge_id, recipient_id) WHERE supersedes_id IS NULL;
CREATE UNIQUE INDEX credential_one_successor ON credential (supersedes_id) WHERE supersedes_id IS NOT NULL;
CREATE INDEX credential_recipient ON credential (badge_id, recipient_id);
CREATE INDEX credential_issued ON credential (organization_id, issued_at DESC, id);
CREATE INDEX credential_issued_of_badge ON credential (organization_id, badge_id, issued_at DESC, id);

-- Each distinct recipient of an organization counts once a calendar month (UTC, `2026-01`).
CREATE TABLE quota (
  organization_id TEXT NOT NULL REFERENCES organization (id),
  month TEXT NOT NULL CHECK (month GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]'),
  used INTEGER NOT NULL,
  allowed INTEGER NOT NULL,
  PRIMARY KEY (organization_id, month),
  CONSTRAINT quota_not_exceeded CHECK (used <= allowed)
) STRICT;
CREATE TABLE quota_recipient (
  organization_id TEXT NOT NULL,
  month TEXT NOT NULL,
  recipient_id TEXT NOT NULL,
  PRIMARY KEY (organization_id, month, recipient_id),
  FOREIGN KEY (organization_id, month) REFERENCES quota (organization_id, month),
  FOREIGN KEY (organization_id, recipient_id) REFERENCES recipient (organization_id, id)
) STRICT, WITHOUT ROWID;

-- The first answer to a request that named an Idempotency-Key, for those who ask again.
CREATE TABLE idempotency (
  organization_id TEXT NOT NULL REFERENCES organization (id),
  key TEXT NOT NULL,
  request_sha256 TEXT NOT NULL CHECK (length(request_sha256) = 64),
  status INTEGER NOT NULL,
  response TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, key)
) STRICT;
CREATE INDEX idempotency_created ON idempotency (created_at);

-- Requests of one subject (an API key, a hashed network address) in its current window, which its first request opens.
CREATE TABLE rate_window (
  subject TEXT NOT NULL PRIMARY KEY,
  window_end INTEGER NOT NULL,
  requests INTEGER NOT NULL
) STRICT;
CREATE INDEX rate_window_end ON rate_window (window_end);
