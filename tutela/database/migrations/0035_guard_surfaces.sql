-- The surfaces of a platform, each as it was found when it was asked last.
CREATE TABLE guard_surface (
    tenant       text             NOT NULL,
    service      text             NOT NULL,
    name         text             NOT NULL,
    surface      text             NOT NULL,
    state        text             NOT NULL,
    state_since  timestamptz      NOT NULL,
    why          text,
    -- served by it: 0 for none of the newest, null where it can't be told
    version      bigint,
    newest       bigint           NOT NULL,
    lag_seconds  double precision NOT NULL,
    behind_since timestamptz,
    asked        integer          NOT NULL,
    unanswered   integer          NOT NULL CHECK (unanswered <= asked),
    looked_at    timestamptz      NOT NULL,
    -- from when on silence is red
    silent_at    timestamptz      NOT NULL,
    PRIMARY KEY (tenant, service, name)
);

-- What a surface showed that it must not show, or hid that it must show.
CREATE TABLE guard_finding (
    tenant   text        NOT NULL,
    service  text        NOT NULL,
    id       uuid        NOT NULL,
    name     text        NOT NULL,
    surface  text        NOT NULL,
    kind     text        NOT NULL CHECK (kind IN ('leak', 'over_blocked')),
    -- the id of an entry, or the place of a control: never a value
    what     text        NOT NULL,
    spelling text        NOT NULL CHECK (spelling IN ('own', 'disguised', 'control', 'result')),
    shown    integer     NOT NULL,
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (tenant, service, id)
);
CREATE UNIQUE INDEX guard_finding_open ON guard_finding (tenant, service, name, kind, what, spelling) WHERE ended_at IS NULL;
CREATE INDEX guard_finding_ended ON guard_finding (ended_at) WHERE ended_at IS NOT NULL;

-- What the ledger was told of surfaces, each under a key of its own.
CREATE TABLE guard_surface_fact (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    at          timestamptz NOT NULL,
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    PRIMARY KEY (tenant, service, id)
);

-- When each of the newest versions was published, for longer than the versions themselves are kept.
CREATE TABLE guard_version (
    tenant       text        NOT NULL,
    service      text        NOT NULL,
    version      bigint      NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, version)
);

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['guard_surface', 'guard_finding', 'guard_surface_fact', 'guard_version'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
