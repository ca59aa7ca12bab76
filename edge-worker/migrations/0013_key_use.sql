-- When an API key was used last, to some minutes.
ALTER TABLE api_key ADD COLUMN last_used_at INTEGER;
