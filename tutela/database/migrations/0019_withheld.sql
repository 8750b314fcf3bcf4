-- Decisions of which nobody is told before a day, on a legal basis.

ALTER TABLE decision
    ADD COLUMN withheld_basis text,
    ADD COLUMN withheld_until timestamptz,
    ADD CHECK ((withheld_basis IS NULL) = (withheld_until IS NULL));
-- Whom a bulk decision leaves to a person, and what the status page lists.
CREATE INDEX decision_withheld ON decision (tenant, service, subject_key, withheld_until) WHERE withheld_until IS NOT NULL;

-- Such a message does not hold back what concerns the same subject and is due before it.
ALTER TABLE outbox ADD COLUMN withheld_until timestamptz;
