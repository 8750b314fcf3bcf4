-- By when an item was due when its incident was opened; null for incidents from before.
ALTER TABLE incident_item ADD COLUMN due_at timestamptz;
