-- Issuing to many at once.

-- A job is being received until all its rows are there; nothing is issued and nothing is shown before.
CREATE TABLE job (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (id),
  api_key_id TEXT NOT NULL REFERENCES api_key (id),
  origin TEXT NOT NULL,
  total INTEGER,
  next_sweep_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  completed_at INTEGER
) STRICT;
CREATE INDEX job_of_organization ON job (organization_id, created_at DESC, id);
CREATE INDEX job_open ON job (next_sweep_at) WHERE completed_at IS NULL;

-- The request of a row is wiped when the row has ended.
CREATE TABLE job_row (
  job_id TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number >= 1),
  name TEXT,
  email TEXT,
  request TEXT,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'issued', 'renewed', 'skipped', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  reason TEXT,
  credential_id TEXT REFERENCES credential (id),
  PRIMARY KEY (job_id, number),
  CHECK ((request IS NULL) = (state <> 'waiting')),
  CHECK ((credential_id IS NULL) = (state NOT IN ('issued', 'renewed')))
) STRICT, WITHOUT ROWID;
CREATE INDEX job_row_state ON job_row (job_id, state, number);
