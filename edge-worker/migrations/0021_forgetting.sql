-- What the clock forgets is found without reading all that is kept.

-- Failed jobs that still hold what they were asked with.
CREATE INDEX queue_job_told ON queue_job (ended_at) WHERE state = 'failed' AND (identity IS NOT NULL OR reason IS NOT NULL);

-- Grants by their age.
CREATE INDEX oauth_grant_created ON oauth_grant (created_at);
