-- Versions of policies that people keep together, each act on them, the switches over them, and events to try them on.

CREATE TABLE rule_version (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    -- the policy's own id and version, as its text says them
    policy      text        NOT NULL,
    version     integer     NOT NULL,
    title       text        NOT NULL,
    owner       text        NOT NULL,
    action      text        NOT NULL,
    state       text        NOT NULL,
    -- a keyed digest of the text; the text is sealed
    text_key    bytea       NOT NULL CHECK (length(text_key) = 16),
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    -- the share of its matches that people are to confirm at least, from 0 to 1
    precision_min double precision CHECK (precision_min BETWEEN 0 AND 1),
    proposed_by text        NOT NULL,
    approved_by text,
    promoted_by text,
    -- who asked last for what another person has to agree to, and until when
    asked_by    text        NOT NULL,
    answer_by   timestamptz,
    created_at  timestamptz NOT NULL,
    shadow_at   timestamptz,
    live_at     timestamptz,
    changed_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, id)
);
-- One version of a policy is asked for once at a time; one stands in shadow, and one is live.
CREATE UNIQUE INDEX rule_version_proposed ON rule_version (tenant, service, policy) WHERE state = 'proposed';
CREATE UNIQUE INDEX rule_version_shadow ON rule_version (tenant, service, policy) WHERE state = 'shadow';
CREATE UNIQUE INDEX rule_version_live ON rule_version (tenant, service, policy) WHERE state IN ('live', 'leaving');
CREATE INDEX rule_version_policy ON rule_version (tenant, service, policy, version);
CREATE INDEX rule_version_due ON rule_version (LEAST(expires_at, answer_by))
    WHERE state IN ('proposed', 'shadow', 'live', 'leaving');

-- Each act, by whom, on what; why is sealed.
CREATE TABLE rule_change (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    event       text        NOT NULL,
    subject     uuid        NOT NULL,
    -- none where a time was over
    person      text,
    at          timestamptz NOT NULL,
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    PRIMARY KEY (tenant, service, id)
);
CREATE INDEX rule_change_subject ON rule_change (tenant, service, subject);

-- The kill switch: while it is thrown a policy, or every one ('all'), is asked about nothing.
CREATE TABLE rule_switch (
    tenant    text        NOT NULL,
    service   text        NOT NULL,
    id        uuid        NOT NULL,
    policy    text        NOT NULL,
    state     text        NOT NULL,
    thrown_by text        NOT NULL,
    thrown_at timestamptz NOT NULL,
    kept_by   text,
    until     timestamptz NOT NULL,
    ended_by  text,
    ended_at  timestamptz,
    PRIMARY KEY (tenant, service, id)
);
CREATE UNIQUE INDEX rule_switch_policy ON rule_switch (tenant, service, policy) WHERE state = 'off';

-- Public content of the last days as it was told, sealed, with what detectors said: what a version is tried on.
CREATE TABLE rule_event (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    at          timestamptz NOT NULL,
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    -- from when on it is nobody's business any more
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, id)
);
CREATE INDEX rule_event_at ON rule_event (tenant, service, at);
CREATE INDEX rule_event_expiry ON rule_event (expires_at);

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['rule_version', 'rule_change', 'rule_switch', 'rule_event'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
