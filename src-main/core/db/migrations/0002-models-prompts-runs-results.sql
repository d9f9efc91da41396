-- Models, learned prompts, runs and what they say of each image.

CREATE TABLE models (
  id TEXT PRIMARY KEY,                     -- also the name of its folder in the library
  name TEXT NOT NULL,
  format TEXT NOT NULL,
  source_file TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  config TEXT NOT NULL,                    -- JSON
  source_dtype TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  imported_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE prompt_sets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  method_id TEXT NOT NULL,
  text_width INTEGER NOT NULL,
  context_length INTEGER NOT NULL,
  deep_blocks INTEGER NOT NULL,
  deep_length INTEGER NOT NULL,
  source_file TEXT NOT NULL,
  stored_file TEXT NOT NULL,               -- name inside the library's prompts folder
  sha256 TEXT NOT NULL,
  imported_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  method_id TEXT NOT NULL,
  model_id TEXT,                           -- no foreign key: a run outlives the model it was made with
  prompt_set_id INTEGER,
  settings TEXT NOT NULL,                  -- JSON
  rendering TEXT NOT NULL,                 -- JSON
  job_id INTEGER NOT NULL REFERENCES jobs (id),
  created_at_ms INTEGER NOT NULL,
  scored_count INTEGER NOT NULL DEFAULT 0,
  failed_count INTEGER NOT NULL DEFAULT 0,
  score_min REAL,
  score_max REAL,
  map_min REAL,
  map_max REAL,
  image_auroc TEXT NOT NULL DEFAULT '[]',  -- JSON
  removed_at_ms INTEGER
) STRICT;
CREATE INDEX runs_by_dataset ON runs (dataset_id);
CREATE INDEX runs_by_job ON runs (job_id);

CREATE TABLE results (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  class_name TEXT NOT NULL,                -- the image's, here so that one index sorts a class by score
  score REAL,
  error TEXT,
  map_rows INTEGER NOT NULL,
  map_columns INTEGER NOT NULL,
  duration_ms REAL NOT NULL,
  PRIMARY KEY (run_id, image_id),
  CHECK ((score IS NULL) <> (error IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX results_by_score ON results (run_id, score, image_id);
CREATE INDEX results_by_class_score ON results (run_id, class_name, score, image_id);
CREATE INDEX results_by_image ON results (image_id);

-- Patch maps lie apart so that the thin rows above stay thin: a list of 50,000 scores reads no map.
CREATE TABLE result_maps (
  run_id INTEGER NOT NULL,
  image_id INTEGER NOT NULL,
  patch_map BLOB NOT NULL,                 -- as in src-shared/maps/patch-map-codec.ts
  map_min REAL NOT NULL,
  map_max REAL NOT NULL,
  UNIQUE (run_id, image_id),
  FOREIGN KEY (run_id, image_id) REFERENCES results (run_id, image_id) ON DELETE CASCADE
) STRICT;
