-- What people keep here themselves: badges from elsewhere, and the profile that they show to clients of the Open Badges API.

-- A badge from elsewhere, as it was when it was brought and verified. Its bytes are in KV under `file_id`, which is another one
-- each time. One of an issuer and id a person (OB 3.0, credential equality); both are kept in the spelling that is compared.
CREATE TABLE import (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES user (id),
  issuer_id TEXT NOT NULL,
  credential_id TEXT NOT NULL,
  file_id TEXT NOT NULL,
  form TEXT NOT NULL CHECK (form IN ('json', 'jws', 'png', 'svg')),
  bytes INTEGER NOT NULL CHECK (bytes > 0),
  name TEXT NOT NULL,
  issuer_name TEXT NOT NULL,
  valid_from INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('verified', 'rejected', 'indeterminate')),
  code TEXT NOT NULL,
  verified_at INTEGER NOT NULL,
  revision INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX import_equality ON import (user_id, issuer_id, credential_id);
CREATE INDEX import_of_user ON import (user_id, valid_from DESC, id);

CREATE TABLE profile (
  user_id TEXT NOT NULL PRIMARY KEY REFERENCES user (id),
  profile TEXT NOT NULL CHECK (json_type(profile) = 'object'),
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
