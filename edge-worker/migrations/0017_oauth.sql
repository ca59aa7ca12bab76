-- OAuth 2.0: programs that people let at what is theirs, through the Open Badges 3.0 API.

-- A client registered itself (RFC 7591); `metadata` is what it said of itself. Of its secret only the hash is kept.
CREATE TABLE oauth_client (
  id TEXT NOT NULL PRIMARY KEY,
  secret_sha256 TEXT NOT NULL CHECK (length(secret_sha256) = 64),
  metadata TEXT NOT NULL CHECK (json_type(metadata) = 'object'),
  created_at INTEGER NOT NULL
) STRICT;

-- What a person allowed a client once. Everything that was given out for it hangs on it, and ends when it is revoked.
CREATE TABLE oauth_grant (
  id TEXT NOT NULL PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES oauth_client (id),
  user_id TEXT NOT NULL REFERENCES user (id),
  scope TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
CREATE INDEX oauth_grant_of_user ON oauth_grant (user_id, created_at DESC, id);

-- What is given for tokens, once: a code, or a refresh token. It stays until its time is over, so that whoever comes with it
-- a second time is known, and what it gave can be revoked.
CREATE TABLE oauth_single_use (
  sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
  grant_id TEXT NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('code', 'refresh_token')),
  redirect_uri TEXT,
  code_challenge TEXT,
  expires_at INTEGER NOT NULL,
  taken_at INTEGER,
  CHECK ((redirect_uri IS NOT NULL) = (kind = 'code')),
  CHECK ((code_challenge IS NOT NULL) = (kind = 'code'))
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_single_use_expires ON oauth_single_use (expires_at);
CREATE INDEX oauth_single_use_of_grant ON oauth_single_use (grant_id);

-- `given_for` is the code or the refresh token that it was given for: each gives one access token, whatever else happens.
CREATE TABLE oauth_access_token (
  sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
  grant_id TEXT NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
  given_for TEXT NOT NULL,
  scope TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX oauth_access_token_once ON oauth_access_token (given_for);
CREATE INDEX oauth_access_token_expires ON oauth_access_token (expires_at);
CREATE INDEX oauth_access_token_of_grant ON oauth_access_token (grant_id);
