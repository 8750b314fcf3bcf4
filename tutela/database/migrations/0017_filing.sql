-- Where each statement of reasons stands with the Commission's Transparency Database (Article 24(5)).

ALTER TABLE statement
    ADD COLUMN mark                text,
    ADD COLUMN filing_state        text        NOT NULL DEFAULT 'due'
        CHECK (filing_state IN ('due', 'filed', 'held', 'refused', 'never')),
    ADD COLUMN filing_attempts     integer     NOT NULL DEFAULT 0,
    ADD COLUMN filing_lease        uuid,
    ADD COLUMN filing_lease_until  timestamptz,
    ADD COLUMN filing_retry_at     timestamptz,
    ADD COLUMN filed_at            timestamptz,
    -- the database's own name of it, where its answer came
    ADD COLUMN filing_uuid         uuid,
    -- why it is held, was refused or failed; never the words it is about
    ADD COLUMN filing_error        text,
    -- a person looked at what the scanner found, and lets it go as it is
    ADD COLUMN filing_cleared_at   timestamptz,
    -- what a person wrote instead of texts that may not leave, sealed like the statement
    ADD COLUMN filing_sealed_key   bytea,
    ADD COLUMN filing_sealed_body  bytea;
SELECT set_config('tutela.tenant', '*', true);
UPDATE statement s SET mark = d.mark, filing_state = CASE WHEN d.mark = 'real' THEN 'due' ELSE 'never' END
FROM decision d
WHERE (d.tenant, d.service, d.id) = (s.tenant, s.service, s.decision_id);
ALTER TABLE statement
    ALTER COLUMN mark SET NOT NULL,
    ADD CHECK (mark IN ('real', 'canary', 'drill')),
    -- what is marked never leaves the house
    ADD CHECK ((mark = 'real') = (filing_state <> 'never')),
    ADD CHECK ((filing_state = 'filed') = (filed_at IS NOT NULL)),
    ADD CHECK ((filing_sealed_key IS NULL) = (filing_sealed_body IS NULL));
CREATE INDEX statement_filing_due ON statement (tenant, issued_at, id) WHERE filing_state = 'due';
CREATE INDEX statement_filing_stopped ON statement (tenant, filing_state, issued_at, id) WHERE filing_state IN ('held', 'refused');
