-- What watches over the rest: probes that travel every route, and reconciliations as they were found.

CREATE TABLE canary (
    id          uuid        PRIMARY KEY,
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    channel     text        NOT NULL,
    door        text        NOT NULL,
    external_id text        NOT NULL,
    issued_at   timestamptz NOT NULL,
    notice_id   uuid,
    leaf_hash   bytea,
    accepted_at timestamptz,
    claimed_at  timestamptz,
    answered_at timestamptz,
    told_at     timestamptz,
    proven_at   timestamptz,
    fault       text,
    FOREIGN KEY (tenant, service) REFERENCES service
);
CREATE INDEX canary_route ON canary (tenant, service, channel, door, issued_at DESC);
CREATE INDEX canary_under_way ON canary (issued_at) WHERE proven_at IS NULL OR told_at IS NULL;

CREATE TABLE reconciliation_run (
    id      uuid        PRIMARY KEY,
    at      timestamptz NOT NULL,
    seconds real        NOT NULL,
    ok      boolean     NOT NULL,
    report  jsonb       NOT NULL
);
CREATE INDEX reconciliation_run_at ON reconciliation_run (at DESC);
