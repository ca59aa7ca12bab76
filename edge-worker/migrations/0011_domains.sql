-- Domains that an organization says are its own, and proves by a TXT record `_accolade.<domain>` with the token.

CREATE TABLE organization_domain (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (id),
  domain TEXT NOT NULL CHECK (domain = lower(domain)),
  token TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  checked_at INTEGER,
  verified_at INTEGER,
  CHECK (verified_at IS NULL OR checked_at IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX organization_domain_once ON organization_domain (organization_id, domain);
