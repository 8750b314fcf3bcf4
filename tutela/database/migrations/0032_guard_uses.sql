-- Which tags and queries were used, by hour and account: every name under a keyed digest.

-- A tag or query. The value itself is sealed here once three accounts have used it, and never before.
CREATE TABLE guard_value (
    tenant      text  NOT NULL,
    service     text  NOT NULL,
    mark        text  NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    value_key   bytea NOT NULL CHECK (length(value_key) = 16),
    kind        text  NOT NULL CHECK (kind IN ('tag', 'query')),
    sealed_key  bytea,
    sealed_body bytea,
    PRIMARY KEY (tenant, service, mark, value_key),
    CHECK (num_nulls(sealed_key, sealed_body) IN (0, 2))
);
CREATE TABLE guard_use (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    value_key   bytea       NOT NULL CHECK (length(value_key) = 16),
    account_key bytea       NOT NULL CHECK (length(account_key) = 16),
    -- by the platform's clock, the hour in which it was used
    hour        timestamptz NOT NULL,
    uses        integer     NOT NULL CHECK (uses > 0),
    PRIMARY KEY (tenant, service, mark, value_key, account_key, hour)
);
CREATE INDEX guard_use_hour ON guard_use (tenant, service, mark, hour);
-- Which tags one piece of content carried.
CREATE TABLE guard_carried (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    content_key bytea       NOT NULL CHECK (length(content_key) = 16),
    value_key   bytea       NOT NULL CHECK (length(value_key) = 16),
    hour        timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, mark, content_key, value_key)
);
CREATE INDEX guard_carried_value ON guard_carried (tenant, service, mark, value_key, hour);

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['guard_value', 'guard_use', 'guard_carried'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
