-- Cases that are alike: the account that is named beside what was reported, and the entries of lists that were seen in it.

-- Of the first notice that names one: under a keyed digest, as everything that a case is about.
ALTER TABLE case_file ADD COLUMN account_key bytea CHECK (length(account_key) = 16);
CREATE INDEX case_file_account ON case_file (tenant, service, account_key, id) WHERE account_key IS NOT NULL;

-- What detectors found in which subject, by entry, so that everything with the same entry is found.
CREATE TABLE look_match (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    list        text        NOT NULL,
    entry       text        NOT NULL,
    subject_key bytea       NOT NULL CHECK (length(subject_key) = 16),
    -- from when on it is nobody's business any more
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, mark, list, entry, subject_key)
);
CREATE INDEX look_match_subject ON look_match (tenant, service, mark, subject_key);
CREATE INDEX look_match_expiry ON look_match (expires_at);

CREATE INDEX network_lead_account ON network_lead (tenant, service, account_key);

ALTER TABLE look_match ENABLE ROW LEVEL SECURITY;
ALTER TABLE look_match FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_fence ON look_match USING (
    tenant = current_setting('tutela.tenant', true) OR current_setting('tutela.tenant', true) = '*'
);
