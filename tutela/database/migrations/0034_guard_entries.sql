-- Tokens that belong to a person; what the guard lists, each change of it, objections, and its switch.

-- The user who acts by a token; none where a program does.
ALTER TABLE access_token ADD COLUMN person text;
ALTER TABLE access_token ADD FOREIGN KEY (tenant, person) REFERENCES staff_user (tenant, name);

-- How often anything was changed: the same number, the same list.
CREATE TABLE guard_generation (
    tenant  text   NOT NULL,
    service text   NOT NULL,
    number  bigint NOT NULL,
    PRIMARY KEY (tenant, service)
);

-- What is listed, or is asked to be; its value sealed.
CREATE TABLE guard_entry (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    -- those that were proposed together
    batch_id    uuid        NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('text', 'tag', 'account', 'content')),
    verdict     text        NOT NULL CHECK (verdict IN ('allow', 'restrict', 'block')),
    -- of a text or a tag: where in a text it counts
    form        text        CHECK ((form IS NULL) = (kind IN ('account', 'content'))),
    -- empty: in all of them
    languages   text[]      NOT NULL,
    surfaces    text[]      NOT NULL,
    -- of an account: the confirmed network whose members are kept apart
    network     text        CHECK (network IS NULL OR kind = 'account'),
    value_key   bytea       NOT NULL CHECK (length(value_key) = 16),
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    state       text        NOT NULL,
    proposed_by text        NOT NULL,
    approved_by text,
    -- who asked last for what another person has to agree to, when, and until when
    asked_by    text        NOT NULL,
    asked_at    timestamptz NOT NULL,
    answer_by   timestamptz,
    created_at  timestamptz NOT NULL,
    changed_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, id)
);
CREATE UNIQUE INDEX guard_entry_value ON guard_entry (tenant, service, mark, kind, value_key)
    WHERE state IN ('proposed', 'provisional', 'live', 'leaving', 'suspended');
CREATE INDEX guard_entry_batch ON guard_entry (tenant, service, batch_id);
CREATE INDEX guard_entry_due ON guard_entry (LEAST(expires_at, answer_by))
    WHERE state IN ('proposed', 'provisional', 'live', 'leaving', 'suspended');

-- Each act, by whom, on what; why is sealed.
CREATE TABLE guard_change (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    event       text        NOT NULL,
    subjects    uuid[]      NOT NULL,
    -- none where a time was over
    person      text,
    at          timestamptz NOT NULL,
    -- of a call that creates: its own key, and a digest of its body
    key         text,
    body_key    bytea,
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    PRIMARY KEY (tenant, service, id)
);
CREATE INDEX guard_change_subjects ON guard_change USING gin (subjects);
CREATE UNIQUE INDEX guard_change_key ON guard_change (tenant, service, mark, key) WHERE key IS NOT NULL;

-- What somebody says is blocked that should not be; what was blocked is sealed.
CREATE TABLE guard_objection (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    state       text        NOT NULL,
    surface     text        NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('text', 'tag', 'account', 'content')),
    value_key   bytea       NOT NULL CHECK (length(value_key) = 16),
    times       integer     NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    repeated_at timestamptz NOT NULL,
    sealed_key  bytea,
    sealed_body bytea,
    decided_by  text,
    decided_at  timestamptz,
    -- from when on it is nobody's business any more what was said
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, id)
);
CREATE UNIQUE INDEX guard_objection_value ON guard_objection (tenant, service, mark, surface, kind, value_key)
    WHERE state = 'open';
CREATE INDEX guard_objection_expiry ON guard_objection (expires_at) WHERE sealed_body IS NOT NULL;

-- The emergency switch: while it is thrown its surface shows nothing.
CREATE TABLE guard_switch (
    tenant     text        NOT NULL,
    service    text        NOT NULL,
    id         uuid        NOT NULL,
    mark       text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    surface    text        NOT NULL,
    state      text        NOT NULL,
    thrown_by  text        NOT NULL,
    thrown_at  timestamptz NOT NULL,
    kept_by    text,
    until      timestamptz NOT NULL,
    ended_by   text,
    ended_at   timestamptz,
    PRIMARY KEY (tenant, service, id)
);
CREATE UNIQUE INDEX guard_switch_surface ON guard_switch (tenant, service, mark, surface) WHERE state = 'shut';

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['guard_generation', 'guard_entry', 'guard_change', 'guard_objection', 'guard_switch'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
