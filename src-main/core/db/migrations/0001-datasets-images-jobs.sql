-- Data sets, their images and problems; the job queue; settings.

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL                      -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE datasets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  root TEXT NOT NULL,                      -- absolute, links resolved
  layout TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('importing', 'ready')),
  created_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER                    -- set: gone for the user, rows are cleared away in small steps
) STRICT;
-- Importing a folder again updates its data set.
CREATE UNIQUE INDEX datasets_by_root ON datasets (root) WHERE removed_at_ms IS NULL;

CREATE TABLE images (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  path TEXT NOT NULL,                      -- relative to the root, forward slashes
  class_name TEXT NOT NULL,
  split TEXT CHECK (split IN ('train', 'test')),
  defect TEXT,
  label TEXT CHECK (label IN ('good', 'anomalous')),
  width_px INTEGER NOT NULL,
  height_px INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  modified_at_ms REAL NOT NULL,
  mask_path TEXT,
  mask_size_bytes INTEGER,
  mask_modified_at_ms REAL,
  seen_by_import INTEGER NOT NULL,         -- the pass that last found the file; what an import did not find is removed
  UNIQUE (dataset_id, path)
) STRICT;
CREATE INDEX images_by_class ON images (dataset_id, class_name, path);
-- Answers the counts of a data set's card without touching the rows.
CREATE INDEX images_for_counts ON images (dataset_id, class_name, label, (mask_path IS NOT NULL));

CREATE TABLE problems (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT;
CREATE INDEX problems_by_dataset ON problems (dataset_id, id);

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  payload TEXT NOT NULL,                   -- JSON, parsed again when the job runs
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'cancelled', 'failed', 'succeeded')),
  attempt INTEGER NOT NULL DEFAULT 0,      -- goes up at every start: what an earlier attempt still writes is refused
  interruptions INTEGER NOT NULL DEFAULT 0, -- how often the process that ran it died
  lease_owner TEXT,                        -- the process that runs it, or that asked for it and will run it
  lease_host TEXT,
  lease_pid INTEGER,
  lease_expires_at_ms INTEGER,
  progress_done INTEGER NOT NULL DEFAULT 0,
  progress_total INTEGER,
  progress_rate REAL,
  progress_message TEXT NOT NULL DEFAULT '',
  error_code TEXT,
  error_message TEXT,
  dataset_id INTEGER,                      -- what the job is about; kept as history when the thing is removed
  run_id INTEGER,
  model_id TEXT,
  created_at_ms INTEGER NOT NULL,
  queued_at_ms INTEGER NOT NULL,
  started_at_ms INTEGER,
  finished_at_ms INTEGER
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, queued_at_ms, id);
CREATE INDEX jobs_by_dataset ON jobs (dataset_id);
