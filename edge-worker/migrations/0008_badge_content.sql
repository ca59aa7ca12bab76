-- What else a version of a badge says in terms of Open Badges 3.0: lists of objects in the standard's own shape.
ALTER TABLE badge_version ADD COLUMN alignment TEXT NOT NULL DEFAULT '[]' CHECK (json_type(alignment) = 'array');
ALTER TABLE badge_version ADD COLUMN result_description TEXT NOT NULL DEFAULT '[]'
  CHECK (json_type(result_description) = 'array');
ALTER TABLE badge_version ADD COLUMN credits_available REAL CHECK (credits_available >= 0);
ALTER TABLE badge_version ADD COLUMN human_code TEXT;
ALTER TABLE badge_version ADD COLUMN in_language TEXT;
