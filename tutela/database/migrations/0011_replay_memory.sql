-- What was signed for one use, by digest, until it would be too old to be taken at all.

CREATE TABLE replay_memory (
    kind       text        NOT NULL CHECK (kind IN ('http_signature', 'service_auth')),
    digest     bytea       NOT NULL CHECK (octet_length(digest) = 32),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (kind, digest)
);
CREATE INDEX replay_memory_expiry ON replay_memory (expires_at);
