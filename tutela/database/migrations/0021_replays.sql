-- Whether a replay changed where an item waits.
ALTER TABLE incident_item ADD COLUMN moved boolean NOT NULL DEFAULT false;
