-- What comes in beside notices: evidence, declarations, and calls that were refused.

CREATE TABLE evidence (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL REFERENCES ledger_leaf,
    notice_id   uuid        NOT NULL,
    received_at timestamptz NOT NULL,
    sealed_key  bytea,
    sealed_body bytea,
    PRIMARY KEY (tenant, service, id),
    FOREIGN KEY (tenant, service, notice_id) REFERENCES notice,
    CHECK ((sealed_key IS NULL) = (sealed_body IS NULL))
);
CREATE INDEX evidence_notice ON evidence (tenant, service, notice_id);

-- Who erased a notice and why: sealed, since both can be personal.
CREATE TABLE erasure (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL REFERENCES ledger_leaf,
    notice_id   uuid        NOT NULL,
    erased_at   timestamptz NOT NULL,
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    PRIMARY KEY (tenant, service, id),
    UNIQUE (tenant, service, notice_id),
    FOREIGN KEY (tenant, service, notice_id) REFERENCES notice
);

-- What the platform says it sent; the gap to what came in is reconciled.
CREATE TABLE declaration (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL REFERENCES ledger_leaf,
    surface     text        NOT NULL,
    period_from timestamptz NOT NULL,
    period_to   timestamptz NOT NULL,
    sent        bigint      NOT NULL CHECK (sent >= 0),
    received_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, id),
    CHECK (period_to > period_from)
);

-- Calls that were refused: never silently, and for a week with what they said.
CREATE TABLE refused_call (
    id              uuid        PRIMARY KEY,
    at              timestamptz NOT NULL,
    tenant          text        NOT NULL DEFAULT '',
    service         text        NOT NULL DEFAULT '',
    token_id        uuid,
    door            text        NOT NULL,
    status          smallint    NOT NULL,
    code            text        NOT NULL,
    pointers        text[]      NOT NULL,
    line            integer,
    sealed_key      bytea,
    sealed_body     bytea,
    body_expires_at timestamptz
);
CREATE INDEX refused_call_at ON refused_call (tenant, service, at);
CREATE INDEX refused_call_expiry ON refused_call (body_expires_at) WHERE sealed_key IS NOT NULL;
