-- What computed a run: provider, threads, and providers that were wanted and failed, as JSON (ComputeUse). Null: older, or not begun.
ALTER TABLE runs ADD COLUMN compute TEXT;
