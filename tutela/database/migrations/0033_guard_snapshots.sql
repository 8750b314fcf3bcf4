-- What the guard publishes: versions of what a service lists, who serves which, and who tried out what is listed.

-- The newest version of each service, and until when it is known that it holds all that is listed.
CREATE TABLE guard_publication (
    tenant         text        NOT NULL,
    service        text        NOT NULL,
    -- dense; 0 until the first one is published
    version        bigint      NOT NULL DEFAULT 0 CHECK (version >= 0),
    -- SHA-256 of what is listed, without version and time
    content_digest bytea       NOT NULL DEFAULT '',
    confirmed_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant, service),
    FOREIGN KEY (tenant, service) REFERENCES service
) WITH (fillfactor = 70);

-- The newest few versions: the body is sealed under a key of its own, and that key under the house's.
CREATE TABLE guard_snapshot (
    tenant       text        NOT NULL,
    service      text        NOT NULL,
    version      bigint      NOT NULL CHECK (version > 0),
    id           uuid        NOT NULL UNIQUE REFERENCES ledger_leaf,
    published_at timestamptz NOT NULL,
    manifest     bytea       NOT NULL,
    body         bytea       NOT NULL,
    sealed_key   bytea       NOT NULL,
    sealed_body  bytea       NOT NULL,
    PRIMARY KEY (tenant, service, version),
    FOREIGN KEY (tenant, service) REFERENCES service
);

-- Which version a process of the house, or a program of the platform, answers by.
CREATE TABLE guard_standing (
    tenant      text             NOT NULL,
    service     text             NOT NULL,
    kind        text             NOT NULL CHECK (kind IN ('process', 'program')),
    name        text             NOT NULL,
    version     bigint           NOT NULL CHECK (version >= 0),
    age_seconds double precision NOT NULL,
    degraded    boolean          NOT NULL,
    -- of a program: what it asks for
    surfaces    text[]           NOT NULL DEFAULT '{}',
    looked_at   timestamptz      NOT NULL,
    -- from when on silence is red
    silent_at   timestamptz      NOT NULL,
    PRIMARY KEY (tenant, service, kind, name)
);

-- Who asked as those do who try out what is listed: a token, or one of its viewers; never what was asked.
CREATE TABLE guard_probing (
    tenant     text        NOT NULL,
    service    text        NOT NULL,
    mark       text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    token_id   uuid        NOT NULL,
    -- a keyed digest of the viewer's id; empty for the token as a whole
    viewer_key bytea       NOT NULL CHECK (length(viewer_key) IN (0, 16)),
    since      timestamptz NOT NULL,
    last_at    timestamptz NOT NULL,
    times      integer     NOT NULL CHECK (times > 0),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, token_id, viewer_key)
);
CREATE INDEX guard_probing_expiry ON guard_probing (expires_at);

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['guard_publication', 'guard_snapshot', 'guard_standing', 'guard_probing'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
