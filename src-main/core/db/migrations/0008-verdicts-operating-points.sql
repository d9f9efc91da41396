-- What people say of images, and the thresholds they settled on.

-- Rows are only ever added. Keyed by path, not by image: a file that an import did not find, and finds again later, still
-- has its verdicts. They go with their data set alone.
CREATE TABLE verdicts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  image_path TEXT NOT NULL,                -- as images.path
  value TEXT CHECK (value IN ('good', 'defect', 'unsure')), -- null: withdrawn
  note TEXT NOT NULL,
  author TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  supersedes_id INTEGER UNIQUE,            -- of the same image; unique: two windows cannot both follow one verdict
  restores_id INTEGER,                     -- set by undo: the verdict whose value and note hold again
  basis TEXT                               -- JSON: the run as it was; null: without one
) STRICT;
CREATE INDEX verdicts_by_image ON verdicts (dataset_id, image_path, id);

-- Without foreign keys: a threshold outlives the data set and the run that it was found on.
CREATE TABLE operating_points (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  dataset_id INTEGER NOT NULL,
  run_id INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  details TEXT NOT NULL,                   -- JSON: everything else
  removed_at_ms INTEGER                    -- set: no longer listed
) STRICT;
CREATE INDEX operating_points_by_dataset ON operating_points (dataset_id);
