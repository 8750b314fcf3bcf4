-- Searches for networks in what the platform told: who can be named, what was asked, what was found.

-- The id of an account that an edge names, sealed beside the digest that the edge holds.
CREATE TABLE network_account (
    tenant      text  NOT NULL,
    service     text  NOT NULL,
    mark        text  NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    account_key bytea NOT NULL CHECK (length(account_key) = 16),
    -- the last day on which the platform named it
    seen_on     date  NOT NULL,
    sealed_key  bytea NOT NULL,
    sealed_body bytea NOT NULL,
    PRIMARY KEY (tenant, service, mark, account_key)
);
CREATE INDEX network_account_seen ON network_account (seen_on);
CREATE INDEX platform_edge_at ON platform_edge (at);

-- A search, as it was asked and how far it is; what it found is counts, and never an id.
CREATE TABLE network_run (
    tenant            text        NOT NULL,
    service           text        NOT NULL,
    id                uuid        NOT NULL,
    mark              text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    state             text        NOT NULL,
    asked_by          text        NOT NULL,
    asked_at          timestamptz NOT NULL,
    -- of the call that asked: its own key, and a digest of its body
    key               text,
    body_key          bytea       NOT NULL,
    seeds_from        text        NOT NULL CHECK (seeds_from IN ('named', 'decided')),
    -- of the decisions that seeds come from; none: of all
    category          text,
    leads_max         integer     NOT NULL CHECK (leads_max > 0),
    random_seed       bigint      NOT NULL,
    -- how often a worker took it up, which one has it, and until when
    tries             integer     NOT NULL DEFAULT 0,
    due_at            timestamptz NOT NULL,
    lease             uuid,
    leased_until      timestamptz,
    stage             text,
    begun_at          timestamptz,
    ended_at          timestamptz,
    found             jsonb,
    -- why there is no result
    why               text,
    -- from when on it is nobody's business any more
    expires_at        timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, id),
    CHECK ((state = 'running') = (lease IS NOT NULL)),
    CHECK ((lease IS NULL) = (leased_until IS NULL)),
    CHECK ((state = 'done') = (found IS NOT NULL)),
    CHECK ((state = 'failed') = (why IS NOT NULL)),
    CHECK ((state IN ('done', 'failed')) = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX network_run_key ON network_run (tenant, service, mark, key) WHERE key IS NOT NULL;
CREATE INDEX network_run_due ON network_run (due_at) WHERE state IN ('asked', 'running');
CREATE INDEX network_run_expiry ON network_run (expires_at);

-- The accounts that a search began with.
CREATE TABLE network_seed (
    tenant      text  NOT NULL,
    service     text  NOT NULL,
    run_id      uuid  NOT NULL,
    account_key bytea NOT NULL CHECK (length(account_key) = 16),
    PRIMARY KEY (tenant, service, run_id, account_key),
    FOREIGN KEY (tenant, service, run_id) REFERENCES network_run ON DELETE CASCADE
);

-- Accounts that may belong together, for a person to judge.
CREATE TABLE network_case (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    run_id      uuid        NOT NULL,
    state       text        NOT NULL,
    members     integer     NOT NULL CHECK (members > 0),
    figures     jsonb       NOT NULL,
    -- why they may belong together, in words
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    created_at  timestamptz NOT NULL,
    decided_by  text,
    decided_at  timestamptz,
    bulk_ids    uuid[]      NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant, service, id),
    FOREIGN KEY (tenant, service, run_id) REFERENCES network_run ON DELETE CASCADE
);
CREATE INDEX network_case_run ON network_case (tenant, service, run_id);

-- An account that may belong to the network, with why in words.
CREATE TABLE network_lead (
    tenant         text             NOT NULL,
    service        text             NOT NULL,
    id             uuid             NOT NULL,
    mark           text             NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    run_id         uuid             NOT NULL,
    case_id        uuid,
    account_key    bytea            NOT NULL CHECK (length(account_key) = 16),
    -- 1 is the best; none where it was a seed, which only a case lists
    rank           integer          CHECK (rank > 0),
    score          double precision NOT NULL,
    -- of a member of a case: how likely it belongs there, from 0 to 1, and to which of its groups
    sure           double precision,
    part           integer,
    possible_minor boolean          NOT NULL,
    sealed_key     bytea            NOT NULL,
    sealed_body    bytea            NOT NULL,
    PRIMARY KEY (tenant, service, id),
    FOREIGN KEY (tenant, service, run_id) REFERENCES network_run ON DELETE CASCADE,
    FOREIGN KEY (tenant, service, case_id) REFERENCES network_case,
    UNIQUE (tenant, service, run_id, account_key),
    CHECK ((case_id IS NULL) = (sure IS NULL) AND (case_id IS NULL) = (part IS NULL))
);
CREATE INDEX network_lead_rank ON network_lead (tenant, service, run_id, rank);
CREATE INDEX network_lead_case ON network_lead (tenant, service, case_id) WHERE case_id IS NOT NULL;

-- Each act, by whom, on what; why is sealed. Those of a ledger leaf bear its id.
CREATE TABLE network_act (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    event       text        NOT NULL,
    -- the search or the case
    subject     uuid        NOT NULL,
    -- none where a worker did it
    person      text,
    at          timestamptz NOT NULL,
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    PRIMARY KEY (tenant, service, id)
);
CREATE INDEX network_act_subject ON network_act (tenant, service, subject);

-- Who looked at which leads: the ids of accounts are not told to anybody without a trace.
CREATE TABLE network_look (
    tenant  text        NOT NULL,
    service text        NOT NULL,
    id      uuid        NOT NULL,
    mark    text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    run_id  uuid        NOT NULL,
    -- none where leads of a search were looked at
    case_id uuid,
    seen_by text        NOT NULL,
    role    text        NOT NULL,
    at      timestamptz NOT NULL,
    -- the leads that were shown, and how many of them by their whole id
    leads   uuid[]      NOT NULL,
    whole   integer     NOT NULL,
    PRIMARY KEY (tenant, service, id),
    FOREIGN KEY (tenant, service, run_id) REFERENCES network_run ON DELETE CASCADE
);
CREATE INDEX network_look_run ON network_look (tenant, service, run_id);

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY[
        'network_account', 'network_run', 'network_seed', 'network_case', 'network_lead', 'network_act', 'network_look'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
