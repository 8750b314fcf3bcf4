-- When a case was first taken by somebody, and what closed when: how long people wait is read from columns.

ALTER TABLE case_file ADD COLUMN looked_at timestamptz;
SELECT set_config('tutela.tenant', '*', true);
UPDATE case_file SET looked_at = lease_from WHERE lease_from IS NOT NULL;

-- By whatever way a case is taken: a claim that forgot to say so would make the times look better than they are.
CREATE FUNCTION note_first_look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.looked_at := NEW.lease_from;
    RETURN NEW;
END $$;
CREATE TRIGGER first_look BEFORE UPDATE OF lease_token ON case_file
FOR EACH ROW WHEN (NEW.lease_token IS NOT NULL AND OLD.looked_at IS NULL) EXECUTE FUNCTION note_first_look();

CREATE INDEX case_file_closed ON case_file (tenant, service, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX case_file_opened ON case_file (tenant, service, opened_at);
