-- What a run's metrics came out as, so that they are not computed twice.

CREATE TABLE run_evaluations (
  run_id INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  inputs_hash TEXT NOT NULL,               -- of everything they depend on; with another one they are computed anew
  evaluation TEXT NOT NULL,                -- JSON
  computed_at_ms INTEGER NOT NULL
) STRICT;
