-- Which data set was opened last, and what the last look at its folder brought.

ALTER TABLE datasets ADD COLUMN last_opened_at_ms INTEGER;
ALTER TABLE datasets ADD COLUMN last_look TEXT;          -- JSON { atMs, added, changed, removed }; null before the first one ended
