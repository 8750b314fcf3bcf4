-- A flagger's case in a more urgent lane also waits in theirs: a flood of users' notices about children or danger takes no flagger's share.
ALTER TABLE case_file ADD COLUMN flagged boolean NOT NULL DEFAULT false;
SELECT set_config('tutela.tenant', '*', true);
UPDATE case_file c SET flagged = true
WHERE c.closed_at IS NULL AND EXISTS (
    SELECT FROM item i
    JOIN notice n ON (n.tenant, n.service, n.id) = (i.tenant, i.service, i.notice_id)
    WHERE (i.tenant, i.service, i.case_id) = (c.tenant, c.service, c.id) AND n.channel IN ('trusted_flagger', 'hotline', 'authority')
);
ALTER TABLE case_file ADD COLUMN among_flagged boolean NOT NULL GENERATED ALWAYS AS (flagged OR lane = 'flagged') STORED;
CREATE INDEX case_file_flagged ON case_file (tenant, service, mark, due_at, id) WHERE closed_at IS NULL AND among_flagged;
