-- The model that comes with the program: hash of the program's own files that a row was made from, null for imports.

ALTER TABLE models ADD COLUMN bundled_hash TEXT;
