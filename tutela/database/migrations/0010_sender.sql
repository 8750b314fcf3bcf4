-- Who sent a notice, so that a flagger can be answered item by item, and by when the house wants to have answered.

-- The name of the sender's token: nothing public, nobody's own name; null for notices from before and for senders who have none.
ALTER TABLE notice ADD COLUMN sender text, ADD COLUMN due_at timestamptz;
-- A notice from before has the time of its most urgent case.
SELECT set_config('tutela.tenant', '*', true);
UPDATE notice n SET due_at = (
    SELECT min(c.due_at) FROM item i
    JOIN case_file c ON (c.tenant, c.service, c.id) = (i.tenant, i.service, i.case_id)
    WHERE (i.tenant, i.service, i.notice_id) = (n.tenant, n.service, n.id)
);
-- Only the channels of those who flag by calling: the flood of users' notices writes nothing here.
CREATE INDEX notice_flagger ON notice (tenant, service, sender, id)
    WHERE channel IN ('trusted_flagger', 'hotline', 'authority', 'researcher');
