-- Texts of hand-written prompts that were saved under a name. Runs keep a copy of theirs, so nothing refers to these rows.
CREATE TABLE prompt_texts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL,                      -- JSON: states and templates
  changed_at_ms INTEGER NOT NULL
) STRICT;

ALTER TABLE runs ADD COLUMN name TEXT;       -- what its user calls it; null: nothing
ALTER TABLE runs ADD COLUMN class_name TEXT; -- the one class that it looks through; null: all
