-- Lists that follow an exchange of a hotline: where it is, how far it was read, and whether it answers.

CREATE TABLE list_exchange (
    list_id          bigint      PRIMARY KEY REFERENCES known_list,
    tenant           text        NOT NULL,
    api              text        NOT NULL CHECK (api IN ('ncmec', 'stopncii')),
    url              text        NOT NULL,
    -- where name and password lie; they are read each time, and kept nowhere else
    credentials_file text        NOT NULL,
    every_seconds    bigint      NOT NULL CHECK (every_seconds > 0),
    -- how far the exchange was read, in the words of its adapter
    checkpoint       text        NOT NULL DEFAULT '',
    next_at          timestamptz NOT NULL,
    succeeded_at     timestamptz,
    -- why the last try failed, as a code, and since when every try has
    failure          text,
    failing_since    timestamptz,
    CHECK (num_nulls(failure, failing_since) IN (0, 2))
);
CREATE INDEX list_exchange_due ON list_exchange (next_at);

-- What its source took back, its source can bring again; what a person took back stays so.
ALTER TABLE list_withdrawal ADD COLUMN by_source boolean NOT NULL DEFAULT false;

ALTER TABLE list_exchange ENABLE ROW LEVEL SECURITY;
ALTER TABLE list_exchange FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_fence ON list_exchange USING (
    tenant = current_setting('tutela.tenant', true) OR current_setting('tutela.tenant', true) = '*'
);
