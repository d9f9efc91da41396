-- Prompts learned here: what from, every step's loss, and a checkpoint an epoch. Their data set and model may go before them,
-- so these are no foreign keys: what was learned stays.
CREATE TABLE trainings (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  method_id TEXT NOT NULL,
  model_id TEXT NOT NULL,
  model_sha256 TEXT NOT NULL,
  dataset_id INTEGER NOT NULL,
  dataset_name TEXT NOT NULL,
  class_names TEXT,                        -- JSON; null: all
  settings TEXT NOT NULL,                  -- JSON, complete
  validation TEXT,                         -- JSON { datasetId, classNames }; null: none
  probe_image_ids TEXT NOT NULL,           -- JSON
  version_hash TEXT NOT NULL,              -- of all that is learned from, in hex
  image_count INTEGER NOT NULL,
  anomalous_count INTEGER NOT NULL,
  job_id INTEGER NOT NULL REFERENCES jobs (id),
  rendering TEXT,                          -- JSON, of its checkpoints' maps; null: none yet
  created_at_ms INTEGER NOT NULL,
  -- What it cost: features that had to be computed, and images that went through steps.
  prepared_images INTEGER NOT NULL DEFAULT 0,
  prepared_ms REAL NOT NULL DEFAULT 0,
  stepped_images INTEGER NOT NULL DEFAULT 0,
  stepped_ms REAL NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX trainings_by_job ON trainings (job_id);

CREATE TABLE training_losses (
  training_id INTEGER NOT NULL REFERENCES trainings (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,                   -- from 1, over all epochs
  epoch INTEGER NOT NULL,                  -- from 1
  total REAL NOT NULL,
  parts TEXT NOT NULL,                     -- JSON: name to value
  PRIMARY KEY (training_id, step)
) STRICT, WITHOUT ROWID;

-- A row is made once its file is whole on the disk.
CREATE TABLE training_checkpoints (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  training_id INTEGER NOT NULL REFERENCES trainings (id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  stored_file TEXT NOT NULL,               -- name in the folder of the training
  sha256 TEXT NOT NULL,
  losses TEXT NOT NULL,                    -- JSON: means over the epoch's images by part, and «total»
  validation TEXT,                         -- JSON; null: none asked for, or not yet
  problem TEXT,                            -- why there is none
  is_examined INTEGER NOT NULL DEFAULT 0,  -- validated, and its probes drawn
  created_at_ms INTEGER NOT NULL,
  kept_as INTEGER REFERENCES prompt_sets (id) ON DELETE SET NULL,
  UNIQUE (training_id, epoch)
) STRICT;

CREATE TABLE training_probes (
  checkpoint_id INTEGER NOT NULL REFERENCES training_checkpoints (id) ON DELETE CASCADE,
  image_id INTEGER NOT NULL,
  score REAL NOT NULL,
  patch_map BLOB NOT NULL,                 -- as result_maps
  map_min REAL NOT NULL,
  map_max REAL NOT NULL,
  PRIMARY KEY (checkpoint_id, image_id)
) STRICT;

ALTER TABLE prompt_sets ADD COLUMN provenance TEXT; -- JSON; null: not learned by this program
