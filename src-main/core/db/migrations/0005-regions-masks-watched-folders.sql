-- Images that are a part of a file, masks that came out of annotations, how a layout was asked for, watched folders.

ALTER TABLE datasets ADD COLUMN layout_options TEXT NOT NULL DEFAULT '{}'; -- JSON
ALTER TABLE datasets ADD COLUMN watched INTEGER NOT NULL DEFAULT 0;

ALTER TABLE images ADD COLUMN file_path TEXT;          -- relative to the root; null: path names the file itself
ALTER TABLE images ADD COLUMN crop TEXT;               -- JSON { x, y, width, height } in pixels; null: the whole file
ALTER TABLE images ADD COLUMN mask_is_full INTEGER NOT NULL DEFAULT 0; -- its mask marks every pixel: told at every import
ALTER TABLE images ADD COLUMN sample_hash BLOB;        -- of parts of the file; null until another file has its length
ALTER TABLE images ADD COLUMN full_hash BLOB;          -- of the whole file; null until another file has its parts

-- Masks that no file holds: drawn from an annotation file's polygons or run lengths.
CREATE TABLE image_masks (
  image_id INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
  width_px INTEGER NOT NULL,
  height_px INTEGER NOT NULL,
  runs BLOB NOT NULL                                   -- as in src-shared/mask/pack-runs.ts
) STRICT;
