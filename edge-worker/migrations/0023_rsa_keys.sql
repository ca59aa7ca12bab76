-- RSA keys that organizations bring, so that their badges can be had as JWS by RS256 (Open Badges 3.0 §8.2.4).

-- They stand in the DID document beside the signing keys, and nothing that is stored is signed with them. A key is named by its
-- thumbprint (RFC 7638), so each is brought once, by whomever. The private half is sealed under the Worker secret
-- KEY_ENCRYPTION_SECRET, bound to the organization and the key, and is gone once the key signs no more. Of two keys that are
-- brought at the same time, one is active.
CREATE TABLE rsa_key (
  thumbprint TEXT NOT NULL PRIMARY KEY CHECK (length(thumbprint) = 43),
  organization_id TEXT NOT NULL REFERENCES organization (id),
  did TEXT NOT NULL,
  -- 2048 to 4096 bits, base64url.
  modulus TEXT NOT NULL CHECK (length(modulus) BETWEEN 342 AND 683),
  sealed_key TEXT,
  created_by TEXT NOT NULL REFERENCES user (id),
  created_at INTEGER NOT NULL,
  retired_at INTEGER,
  revoked_at INTEGER,
  ended_by TEXT REFERENCES user (id),
  CHECK ((sealed_key IS NULL) = (retired_at IS NOT NULL)),
  CHECK (revoked_at IS NULL OR retired_at IS NOT NULL),
  CHECK ((retired_at IS NULL) = (ended_by IS NULL))
) STRICT;
CREATE UNIQUE INDEX rsa_key_one_active ON rsa_key (organization_id) WHERE retired_at IS NULL;
CREATE INDEX rsa_key_of_organization ON rsa_key (organization_id, created_at);
