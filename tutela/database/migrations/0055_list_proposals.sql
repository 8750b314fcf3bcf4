-- What people ask of lists together, each act on it, and lists that are switched off for a time.

ALTER TABLE known_list
    ADD COLUMN kept_by text NOT NULL DEFAULT 'operator' CHECK (kept_by IN ('operator', 'people')),
    -- until when nothing of it is looked for, and nothing is said to be clean by it
    ADD COLUMN off_until timestamptz;
ALTER TABLE known_list ALTER COLUMN kept_by DROP DEFAULT;

CREATE TABLE list_proposal (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    list        text        NOT NULL,
    change      text        NOT NULL,
    -- of what kind its entries are, and how many there are; none where it is about the list as a whole
    kind        text,
    entries     integer     NOT NULL CHECK (entries >= 0),
    state       text        NOT NULL,
    -- a keyed digest of what was asked
    body_key    bytea       NOT NULL CHECK (length(body_key) = 16),
    -- what was asked, until that is settled
    sealed_key  bytea,
    sealed_body bytea,
    proposed_by text        NOT NULL,
    answered_by text,
    -- the version of the list that it made
    version     integer,
    created_at  timestamptz NOT NULL,
    answer_by   timestamptz NOT NULL,
    settled_at  timestamptz,
    PRIMARY KEY (tenant, service, id),
    CHECK ((sealed_body IS NULL) = (state <> 'proposed'))
);
-- The same is asked once at a time.
CREATE UNIQUE INDEX list_proposal_body ON list_proposal (tenant, service, body_key) WHERE state = 'proposed';
CREATE INDEX list_proposal_due ON list_proposal (answer_by) WHERE state = 'proposed';
CREATE INDEX list_proposal_list ON list_proposal (tenant, service, list);

-- Each act, by whom, on what; why is sealed.
CREATE TABLE list_act (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    event       text        NOT NULL,
    subject     uuid        NOT NULL,
    -- none where a time was over
    person      text,
    at          timestamptz NOT NULL,
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    PRIMARY KEY (tenant, service, id)
);
CREATE INDEX list_act_subject ON list_act (tenant, service, subject);

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['list_proposal', 'list_act'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
