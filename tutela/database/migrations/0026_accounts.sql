-- What the platform says of its accounts: never a name or a text, and each under a keyed digest.

CREATE TABLE platform_account (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    subject_key bytea       NOT NULL CHECK (length(subject_key) = 16),
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    -- by the platform's clock: the newest of what it said
    at          timestamptz NOT NULL,
    created_on  date,
    country     text,
    minor       text        NOT NULL CHECK (minor IN ('yes', 'no', 'unknown')),
    language    text,
    PRIMARY KEY (tenant, service, subject_key, mark)
);

ALTER TABLE platform_account ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform_account FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_fence ON platform_account USING (
    tenant = current_setting('tutela.tenant', true) OR current_setting('tutela.tenant', true) = '*'
);
