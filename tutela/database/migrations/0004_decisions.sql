-- What was decided, item by item, and what follows from it.

-- What was decided, without its words: those are sealed like a notice's.
CREATE TABLE decision (
    tenant              text        NOT NULL,
    service             text        NOT NULL,
    id                  uuid        NOT NULL REFERENCES ledger_leaf,
    case_id             uuid        NOT NULL,
    subject_key         bytea       NOT NULL CHECK (length(subject_key) = 16),
    mark                text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    outcome             text        NOT NULL CHECK (outcome IN ('act', 'dismiss', 'escalate')),
    category            text,
    keyword             text,
    ground              text,
    automated_detection boolean,
    automated_decision  text,
    guideline_version   text,
    decided_by          text        NOT NULL,
    -- one lease, one decision
    lease_token         uuid        NOT NULL UNIQUE,
    -- items that it names; one that escalates answers none of them
    item_count          integer     NOT NULL CHECK (item_count > 0),
    statement_count     integer     NOT NULL,
    measure_count       integer     NOT NULL,
    outbox_count        integer     NOT NULL,
    decided_at          timestamptz NOT NULL,
    sealed_key          bytea,
    sealed_body         bytea,
    committed_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, service, id),
    FOREIGN KEY (tenant, service, case_id) REFERENCES case_file,
    CHECK ((sealed_key IS NULL) = (sealed_body IS NULL)),
    CHECK (outcome = 'escalate' OR guideline_version IS NOT NULL),
    CHECK (outcome <> 'act' OR num_nulls(category, ground, automated_detection, automated_decision) = 0)
);
CREATE INDEX decision_case ON decision (tenant, service, case_id);
CREATE INDEX decision_subject ON decision (tenant, service, subject_key, id);

-- One item is one subject of one notice; it is open until a decision names it.
CREATE TABLE item (
    tenant       text     NOT NULL,
    service      text     NOT NULL,
    notice_id    uuid     NOT NULL,
    ordinal      smallint NOT NULL,
    subject_kind text     NOT NULL,
    case_id      uuid     NOT NULL,
    decision_id  uuid,
    answered_at  timestamptz,
    PRIMARY KEY (tenant, service, notice_id, ordinal),
    FOREIGN KEY (tenant, service, notice_id) REFERENCES notice,
    FOREIGN KEY (tenant, service, case_id) REFERENCES case_file,
    FOREIGN KEY (tenant, service, decision_id) REFERENCES decision,
    CHECK ((decision_id IS NULL) = (answered_at IS NULL))
);
CREATE INDEX item_case ON item (tenant, service, case_id);

CREATE TABLE statement (
    tenant       text        NOT NULL,
    service      text        NOT NULL,
    id           uuid        NOT NULL,
    decision_id  uuid        NOT NULL,
    code_hash    bytea       NOT NULL UNIQUE,
    issued_at    timestamptz NOT NULL,
    delivered_at timestamptz,
    sealed_key   bytea,
    sealed_body  bytea,
    PRIMARY KEY (tenant, service, id),
    FOREIGN KEY (tenant, service, decision_id) REFERENCES decision,
    CHECK ((sealed_key IS NULL) = (sealed_body IS NULL))
);
CREATE INDEX statement_decision ON statement (tenant, service, decision_id);

CREATE TABLE measure (
    tenant       text        NOT NULL,
    service      text        NOT NULL,
    id           uuid        NOT NULL,
    decision_id  uuid        NOT NULL,
    statement_id uuid        NOT NULL,
    kind         text        NOT NULL,
    revision     integer     NOT NULL DEFAULT 1,
    until        date,
    territory    text[],
    confirmed_at timestamptz,
    PRIMARY KEY (tenant, service, id),
    FOREIGN KEY (tenant, service, decision_id) REFERENCES decision,
    FOREIGN KEY (tenant, service, statement_id) REFERENCES statement
);
CREATE INDEX measure_decision ON measure (tenant, service, decision_id);

-- The notifier's answer (Article 16(5)): one for each item that a decision named.
CREATE TABLE answer (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    notice_id   uuid        NOT NULL,
    ordinal     smallint    NOT NULL,
    decision_id uuid        NOT NULL,
    outcome     text        NOT NULL CHECK (outcome IN ('act', 'dismiss')),
    ground      text,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, notice_id, ordinal),
    FOREIGN KEY (tenant, service, notice_id, ordinal) REFERENCES item,
    FOREIGN KEY (tenant, service, decision_id) REFERENCES decision
);
CREATE INDEX answer_decision ON answer (tenant, service, decision_id);

-- Instructions to the platform; written with the fact they follow from, delivered at least once under one id.
CREATE TABLE outbox (
    id           uuid        PRIMARY KEY,
    tenant       text        NOT NULL,
    service      text        NOT NULL,
    mark         text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    kind         text        NOT NULL,
    decision_id  uuid        NOT NULL,
    statement_id uuid,
    subject_key  bytea       NOT NULL CHECK (length(subject_key) = 16),
    -- the order of what concerns one subject; never a cursor
    place        bigint      GENERATED ALWAYS AS IDENTITY,
    created_at   timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    attempts     integer     NOT NULL DEFAULT 0,
    lease_token  uuid,
    lease_until  timestamptz,
    done_at      timestamptz,
    dead_at      timestamptz,
    owner        text,
    last_error   text,
    sealed_key   bytea       NOT NULL,
    sealed_body  bytea       NOT NULL,
    FOREIGN KEY (tenant, service, decision_id) REFERENCES decision,
    FOREIGN KEY (tenant, service, statement_id) REFERENCES statement,
    CHECK (done_at IS NULL OR dead_at IS NULL),
    CHECK ((dead_at IS NULL) = (owner IS NULL)),
    CHECK ((lease_token IS NULL) = (lease_until IS NULL))
);
CREATE INDEX outbox_due ON outbox (tenant, service, mark, due_at, place) WHERE done_at IS NULL AND dead_at IS NULL;
CREATE INDEX outbox_subject ON outbox (tenant, service, subject_key, mark, place) WHERE done_at IS NULL;
CREATE INDEX outbox_decision ON outbox (tenant, service, decision_id);

-- Where a service takes its instructions, and the secret they are signed with.
CREATE TABLE webhook_endpoint (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    url         text        NOT NULL,
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    changed_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, service),
    FOREIGN KEY (tenant, service) REFERENCES service
);
