-- When a person let a viewer in again that was shut out for trying out what is listed.
ALTER TABLE guard_probing ADD COLUMN let_in_at timestamptz;
