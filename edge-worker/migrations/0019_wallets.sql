-- Handing credentials to wallets: OpenID for Verifiable Credential Issuance 1.0, with a pre-authorized code.

-- An offer that a recipient has made to their own wallet. Code and token are kept as hashes, since each gets the credential
-- for whoever has it; the code for people (`tx_code`) as a keyed hash, since six digits could be turned round. A code is used
-- once, and so is the token that it gives.
CREATE TABLE wallet_offer (
  id TEXT NOT NULL PRIMARY KEY,
  credential_id TEXT NOT NULL REFERENCES credential (id),
  code_sha256 TEXT NOT NULL CHECK (length(code_sha256) = 64),
  tx_code_mac TEXT CHECK (length(tx_code_mac) = 64),
  attempts INTEGER NOT NULL DEFAULT 0,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  token_sha256 TEXT CHECK (length(token_sha256) = 64),
  token_expires_at INTEGER,
  redeemed_at INTEGER,
  CHECK ((used_at IS NULL) = (token_sha256 IS NULL)),
  CHECK (redeemed_at IS NULL OR used_at IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX wallet_offer_code ON wallet_offer (code_sha256);
CREATE UNIQUE INDEX wallet_offer_token ON wallet_offer (token_sha256);
CREATE INDEX wallet_offer_expires ON wallet_offer (expires_at);

-- What a wallet signs over to show that it has its key. Whoever uses one takes it away.
CREATE TABLE wallet_nonce (
  sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX wallet_nonce_expires ON wallet_nonce (expires_at);
