-- Probes that travel every route from end to end.

CREATE TABLE canary (
    id          uuid        PRIMARY KEY,
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    channel     text        NOT NULL,
    door        text        NOT NULL,
    external_id text        NOT NULL,
    issued_at   timestamptz NOT NULL,
    notice_id   uuid,
    accepted_at timestamptz,
    claimed_at  timestamptz,
    answered_at timestamptz,
    told_at     timestamptz,
    proven_at   timestamptz,
    fault       text
);
CREATE INDEX canary_route ON canary (tenant, service, channel, door, issued_at DESC);
