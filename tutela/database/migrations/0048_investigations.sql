-- Investigation rooms: what a few people write about one investigation, under a key of its own.

CREATE TABLE investigation (
    tenant       text        NOT NULL,
    service      text        NOT NULL,
    id           uuid        NOT NULL,
    mark         text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    state        text        NOT NULL,
    opened_by    text        NOT NULL,
    opened_at    timestamptz NOT NULL,
    closed_at    timestamptz,
    -- how many entries it has: the number of the last one
    entries      integer     NOT NULL DEFAULT 0,
    -- of the call that opened it: its own key, and a digest of its body
    key          text,
    body_key     bytea       NOT NULL,
    -- the room's own key, sealed; all below is under it, and gone with it
    sealed_key   bytea       NOT NULL,
    sealed_body  bytea       NOT NULL,
    sealed_title bytea       NOT NULL,
    PRIMARY KEY (tenant, service, id),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX investigation_key ON investigation (tenant, service, mark, key) WHERE key IS NOT NULL;
CREATE INDEX investigation_closed ON investigation (closed_at) WHERE closed_at IS NOT NULL;

-- Who knows of it.
CREATE TABLE investigation_person (
    tenant           text        NOT NULL,
    service          text        NOT NULL,
    investigation_id uuid        NOT NULL,
    person           text        NOT NULL,
    since            timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, investigation_id, person),
    FOREIGN KEY (tenant, service, investigation_id) REFERENCES investigation ON DELETE CASCADE
);
CREATE INDEX investigation_of_person ON investigation_person (tenant, service, person);

-- The time line; each entry bears the id of its ledger leaf, and what was said lies under the room's key.
CREATE TABLE investigation_entry (
    tenant           text        NOT NULL,
    service          text        NOT NULL,
    investigation_id uuid        NOT NULL,
    -- from 1, without a gap
    number           integer     NOT NULL CHECK (number > 0),
    id               uuid        NOT NULL,
    kind             text        NOT NULL,
    person           text        NOT NULL,
    at               timestamptz NOT NULL,
    key              text,
    body_key         bytea,
    sealed           bytea       NOT NULL,
    PRIMARY KEY (tenant, service, investigation_id, number),
    FOREIGN KEY (tenant, service, investigation_id) REFERENCES investigation ON DELETE CASCADE
);
CREATE UNIQUE INDEX investigation_entry_key ON investigation_entry (tenant, service, investigation_id, key) WHERE key IS NOT NULL;

-- Who looked into it.
CREATE TABLE investigation_look (
    tenant           text        NOT NULL,
    service          text        NOT NULL,
    investigation_id uuid        NOT NULL,
    person           text        NOT NULL,
    at               timestamptz NOT NULL,
    entries          integer     NOT NULL,
    FOREIGN KEY (tenant, service, investigation_id) REFERENCES investigation ON DELETE CASCADE
);
CREATE INDEX investigation_look_at ON investigation_look (tenant, service, investigation_id, at);

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['investigation', 'investigation_person', 'investigation_entry', 'investigation_look'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
