-- What was reported, and the case it went to.

-- In the order of urgency, so that the more urgent of two lanes is the lesser.
CREATE TYPE lane AS ENUM ('danger', 'child_safety', 'flagged', 'general');

CREATE TABLE case_file (
    tenant       text        NOT NULL,
    service      text        NOT NULL,
    id           uuid        NOT NULL,
    family       text        NOT NULL,
    subject_kind text        NOT NULL,
    subject_key  bytea       NOT NULL CHECK (length(subject_key) = 16),
    mark         text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    lane         lane        NOT NULL,
    due_at       timestamptz NOT NULL,
    specialist   boolean     NOT NULL,
    opened_at    timestamptz NOT NULL,
    merged_at    timestamptz NOT NULL,
    closed_at    timestamptz,
    lease_token  uuid,
    lease_epoch  bigint      NOT NULL DEFAULT 0,
    lease_holder text,
    lease_from   timestamptz,
    lease_until  timestamptz,
    PRIMARY KEY (tenant, service, id),
    CHECK (closed_at IS NULL OR lease_token IS NULL),
    CHECK ((lease_token IS NULL) = (lease_until IS NULL)),
    CHECK ((lease_token IS NULL) = (lease_holder IS NULL)),
    CHECK ((lease_token IS NULL) = (lease_from IS NULL))
) WITH (fillfactor = 85);
-- One open case per tenant, service, subject and harm family; marked and real never merge.
CREATE UNIQUE INDEX case_file_open ON case_file (tenant, service, subject_key, family, mark) WHERE closed_at IS NULL;
CREATE INDEX case_file_queue ON case_file (tenant, service, lane, due_at, id) WHERE closed_at IS NULL;

-- How far each lane has been served: the virtual time of stride scheduling.
CREATE TABLE lane_pass (
    tenant  text   NOT NULL,
    service text   NOT NULL,
    mark    text   NOT NULL,
    lane    lane   NOT NULL,
    pass    bigint NOT NULL DEFAULT 0,
    served  bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, service, mark, lane)
);

-- Keys under which a record was created once and for ever.
CREATE TABLE submission_key (
    tenant  text NOT NULL,
    service text NOT NULL,
    key     text NOT NULL,
    fact_id uuid NOT NULL,
    PRIMARY KEY (tenant, service, key)
) PARTITION BY HASH (key);
DO $$
BEGIN
    FOR part IN 0..7 LOOP
        EXECUTE format('CREATE TABLE submission_key_%s PARTITION OF submission_key FOR VALUES WITH (MODULUS 8, REMAINDER %s)', part, part);
    END LOOP;
END $$;

CREATE TABLE notice (
    tenant               text        NOT NULL,
    service              text        NOT NULL,
    id                   uuid        NOT NULL REFERENCES ledger_leaf,
    channel              text        NOT NULL,
    door                 text        NOT NULL,
    mark                 text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    category             text        NOT NULL,
    keyword              text,
    language             text,
    country              text,
    surface              text,
    imminent_danger      boolean     NOT NULL,
    possible_minor       boolean     NOT NULL,
    item_count           integer     NOT NULL CHECK (item_count > 0),
    article_16_missing   text[]      NOT NULL,
    submitted_at         timestamptz,
    received_at          timestamptz NOT NULL,
    include_by           timestamptz NOT NULL,
    code_hash            bytea       NOT NULL CHECK (length(code_hash) = 32),
    key_id               text        NOT NULL,
    signature            bytea       NOT NULL,
    -- erasing is setting both to NULL: the key first of all
    sealed_key           bytea,
    sealed_body          bytea,
    committed_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, service, id),
    -- a clock that is wrong by more than this would sign a promise nobody can keep
    CONSTRAINT notice_clock CHECK (received_at BETWEEN committed_at - interval '15 minutes' AND committed_at + interval '15 minutes'),
    CHECK ((sealed_key IS NULL) = (sealed_body IS NULL))
);
CREATE UNIQUE INDEX notice_code ON notice (code_hash);
