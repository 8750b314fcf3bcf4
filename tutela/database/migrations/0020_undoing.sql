-- Decisions that were undone: by whom and why, sealed, since both can be personal.

CREATE TABLE undoing (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL REFERENCES ledger_leaf,
    decision_id uuid        NOT NULL,
    undone_at   timestamptz NOT NULL,
    sealed_key  bytea,
    sealed_body bytea,
    PRIMARY KEY (tenant, service, decision_id),
    FOREIGN KEY (tenant, service, decision_id) REFERENCES decision,
    CHECK ((sealed_key IS NULL) = (sealed_body IS NULL))
);

ALTER TABLE undoing ENABLE ROW LEVEL SECURITY;
ALTER TABLE undoing FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_fence ON undoing USING (
    tenant = current_setting('tutela.tenant', true) OR current_setting('tutela.tenant', true) = '*'
);
