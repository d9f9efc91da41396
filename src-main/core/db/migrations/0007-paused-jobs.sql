-- A job that was paused is stored as cancelled, with this moment: older programs resume it as they resume any other.
-- It keeps its `queued_at_ms`, and with it its place among those that wait.

ALTER TABLE jobs ADD COLUMN paused_at_ms INTEGER;
