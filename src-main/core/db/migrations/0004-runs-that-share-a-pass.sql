-- Several runs share one job, and with it one pass over the images: what is one run's own, and no longer its job's.

ALTER TABLE runs ADD COLUMN error_code TEXT;     -- why this run failed while others of its job went on
ALTER TABLE runs ADD COLUMN error_message TEXT;
ALTER TABLE runs ADD COLUMN model_sha256 TEXT;   -- the weights it was made with: an id can come to mean another model

-- The normal images that a few-shot run was shown, by path, so that going on with it shows the same ones.
CREATE TABLE run_references (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  class_name TEXT NOT NULL,
  position INTEGER NOT NULL,                     -- from 0
  path TEXT NOT NULL,                            -- relative to the data set's root
  PRIMARY KEY (run_id, class_name, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_references_by_path ON run_references (run_id, path);
