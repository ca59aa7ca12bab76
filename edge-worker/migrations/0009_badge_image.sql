-- The image of a badge is a PNG or an SVG, the kinds that a credential is baked into.
ALTER TABLE badge_version ADD COLUMN image_type TEXT NOT NULL DEFAULT 'png' CHECK (image_type IN ('png', 'svg'));
