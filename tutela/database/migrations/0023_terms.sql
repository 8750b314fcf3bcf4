-- The terms and conditions of a service, version by version (Article 14): what a decision cites.

CREATE TABLE terms_version (
    tenant            text        NOT NULL,
    service           text        NOT NULL,
    id                uuid        NOT NULL REFERENCES ledger_leaf,
    version           text        NOT NULL,
    -- the first day; the last one is the day before the next version's first
    in_force_from     date        NOT NULL,
    url               text        NOT NULL,
    -- of the text as it was published, so that nobody can say later that it read otherwise
    sha256            bytea       NOT NULL CHECK (length(sha256) = 32),
    -- in which there is a summary (Article 14(5))
    summary_languages text[]      NOT NULL DEFAULT '{}',
    registered_at     timestamptz NOT NULL,
    sealed_key        bytea,
    sealed_body       bytea,
    PRIMARY KEY (tenant, service, version),
    UNIQUE (tenant, service, in_force_from),
    FOREIGN KEY (tenant, service) REFERENCES service
);

ALTER TABLE terms_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE terms_version FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_fence ON terms_version USING (
    tenant = current_setting('tutela.tenant', true) OR current_setting('tutela.tenant', true) = '*'
);
