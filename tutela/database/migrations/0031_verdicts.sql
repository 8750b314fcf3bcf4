-- What reviewers found of matches: whether an entry of a list is right, and whether its source was told.

CREATE TABLE list_verdict (
    id          uuid        PRIMARY KEY REFERENCES ledger_leaf,
    list_id     bigint      NOT NULL REFERENCES known_list,
    tenant      text        NOT NULL,
    entry       bigint      NOT NULL,
    verdict     text        NOT NULL CHECK (verdict IN ('confirmed', 'refuted', 'unclear')),
    at          timestamptz NOT NULL,
    -- when the exchange that the list follows took it; it is tried with each reading
    told_at     timestamptz,
    -- it is not the exchange's own entry, or the exchange wants no such verdict
    passed_over boolean     NOT NULL DEFAULT false,
    sealed_key  bytea,
    sealed_body bytea
);
CREATE INDEX list_verdict_entry ON list_verdict (list_id, entry);
CREATE INDEX list_verdict_untold ON list_verdict (list_id, at) WHERE told_at IS NULL AND NOT passed_over AND verdict <> 'unclear';

ALTER TABLE list_verdict ENABLE ROW LEVEL SECURITY;
ALTER TABLE list_verdict FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_fence ON list_verdict USING (
    tenant = current_setting('tutela.tenant', true) OR current_setting('tutela.tenant', true) = '*'
);
