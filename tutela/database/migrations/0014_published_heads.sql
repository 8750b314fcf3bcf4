-- Heads that were published, and time stamps of them.

-- How a log stands with each target of its heads: a file, a URL, a time-stamping authority.
CREATE TABLE ledger_publication (
    tenant     text        NOT NULL REFERENCES tenant,
    target     text        NOT NULL,
    -- SHA-256 of the place, whose address may hold a secret; another place begins anew.
    place      bytea       NOT NULL,
    last_size  bigint      NOT NULL DEFAULT 0,
    last_at    timestamptz,
    retry_at   timestamptz,
    failures   integer     NOT NULL DEFAULT 0,
    last_error text,
    PRIMARY KEY (tenant, target)
);

-- The answers of time-stamping authorities (RFC 3161), as they came.
CREATE TABLE ledger_stamp (
    tenant     text        NOT NULL REFERENCES tenant,
    size       bigint      NOT NULL,
    head_at    timestamptz NOT NULL,
    stamped_at timestamptz NOT NULL,
    response   bytea       NOT NULL,
    PRIMARY KEY (tenant, size, head_at)
);

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['ledger_publication', 'ledger_stamp'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
