-- Who may speak and which processes live. Every row that belongs to a tenant says so.

CREATE TABLE tenant (
    tenant     text        PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE service (
    tenant     text        NOT NULL REFERENCES tenant,
    service    text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, service)
);

CREATE TABLE access_token (
    id         uuid        PRIMARY KEY,
    tenant     text        NOT NULL,
    service    text        NOT NULL,
    name       text        NOT NULL,
    role       text        NOT NULL,
    channels   text[]      NOT NULL CHECK (cardinality(channels) > 0),
    mark       text        NOT NULL DEFAULT 'real' CHECK (mark IN ('real', 'canary', 'drill')),
    token_hash bytea       NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    FOREIGN KEY (tenant, service) REFERENCES service
);

CREATE TABLE staff_user (
    tenant        text        NOT NULL REFERENCES tenant,
    name          text        NOT NULL,
    role          text        NOT NULL,
    password_hash text        NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    disabled_at   timestamptz,
    PRIMARY KEY (tenant, name)
);

CREATE TABLE staff_session (
    session_hash bytea       PRIMARY KEY,
    tenant       text        NOT NULL,
    name         text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    FOREIGN KEY (tenant, name) REFERENCES staff_user
);

-- The keys this database was written with, so that a service with other keys refuses to start.
CREATE TABLE key_fingerprint (
    purpose     text        PRIMARY KEY,
    fingerprint text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);

-- Who is alive: every long-running process says so, and silence is an alarm.
CREATE TABLE process_beat (
    name    text        PRIMARY KEY,
    kind    text        NOT NULL,
    pid     integer     NOT NULL,
    beat_at timestamptz NOT NULL
);
