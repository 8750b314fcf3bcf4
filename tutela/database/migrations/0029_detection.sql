-- What detectors saw, what waits for a case or another look, how detectors stand, and who met what.

-- One look at one subject; the signals name lists and entries by their ids, never what was said.
CREATE TABLE content_look (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    subject_key bytea       NOT NULL CHECK (length(subject_key) = 16),
    at          timestamptz NOT NULL,
    result      text        NOT NULL CHECK (result IN ('match', 'no_match', 'unavailable')),
    why         text,
    basis       text,
    signals     jsonb       NOT NULL,
    -- from when on it is nobody's business any more
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, id),
    CHECK ((result = 'unavailable') = (why IS NOT NULL))
);
CREATE INDEX content_look_subject ON content_look (tenant, service, subject_key, mark, at DESC);
CREATE INDEX content_look_expiry ON content_look (expires_at);

-- What must follow from a look: a case to open, or another look at what is sealed here for so long.
CREATE TABLE look_task (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('open_case', 'look_again')),
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    created_at  timestamptz NOT NULL,
    due_at      timestamptz NOT NULL,
    tries       integer     NOT NULL DEFAULT 0,
    sealed_key  bytea,
    sealed_body bytea,
    done_at     timestamptz,
    -- since when nobody tries any more
    dead_at     timestamptz,
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, id)
);
CREATE INDEX look_task_due ON look_task (due_at) WHERE done_at IS NULL AND dead_at IS NULL;
CREATE INDEX look_task_expiry ON look_task (expires_at);

-- How each process finds each detector, list and exchange; '*' where it is every service's.
CREATE TABLE detector_standing (
    tenant    text        NOT NULL,
    service   text        NOT NULL,
    process   text        NOT NULL,
    name      text        NOT NULL,
    ok        boolean     NOT NULL,
    why       text,
    since     timestamptz NOT NULL,
    looked_at timestamptz NOT NULL,
    -- from when on silence is red
    silent_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, process, name),
    CHECK (ok OR why IS NOT NULL)
);

-- Who is connected to whom, and who was shown what: each name under a keyed digest.
CREATE TABLE platform_edge (
    tenant     text        NOT NULL,
    service    text        NOT NULL,
    mark       text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    src_key    bytea       NOT NULL CHECK (length(src_key) = 16),
    dst_key    bytea       NOT NULL CHECK (length(dst_key) = 16),
    kind       text        NOT NULL,
    visibility text        NOT NULL,
    weight     double precision,
    -- by the platform's clock: the newest of what it said
    at         timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, mark, src_key, dst_key, kind)
);
CREATE TABLE platform_exposure (
    tenant     text        NOT NULL,
    service    text        NOT NULL,
    mark       text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    at         timestamptz NOT NULL,
    viewer_key bytea       NOT NULL CHECK (length(viewer_key) = 16),
    item_key   bytea       NOT NULL CHECK (length(item_key) = 16),
    rank       integer     NOT NULL,
    surface    text        NOT NULL,
    arm        text,
    score      double precision,
    expires_at timestamptz NOT NULL
);
CREATE INDEX platform_exposure_at ON platform_exposure (tenant, service, mark, at);
CREATE INDEX platform_exposure_expiry ON platform_exposure (expires_at);

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['content_look', 'look_task', 'platform_edge', 'platform_exposure'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;

-- What is every service's may be seen by each tenant, and is written by the workers of the house alone.
ALTER TABLE detector_standing ENABLE ROW LEVEL SECURITY;
ALTER TABLE detector_standing FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_fence ON detector_standing
    USING (tenant IN (current_setting('tutela.tenant', true), '*') OR current_setting('tutela.tenant', true) = '*')
    WITH CHECK (tenant = current_setting('tutela.tenant', true) OR current_setting('tutela.tenant', true) = '*');
