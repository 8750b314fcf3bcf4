-- What rises with the accounts that used something blocked, for a person to judge; and when that was last looked for.

CREATE TABLE guard_lead (
    tenant     text             NOT NULL,
    service    text             NOT NULL,
    mark       text             NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    id         uuid             NOT NULL,
    value_key  bytea            NOT NULL CHECK (length(value_key) = 16),
    state      text             NOT NULL,
    score      double precision NOT NULL,
    -- what the score rests on: counts, never an account
    evidence   jsonb            NOT NULL,
    found_at   timestamptz      NOT NULL,
    -- when it last rose beyond chance
    seen_at    timestamptz      NOT NULL,
    decided_by text,
    decided_at timestamptz,
    -- what it became, where somebody proposed it
    entry_id   uuid,
    PRIMARY KEY (tenant, service, id),
    UNIQUE (tenant, service, mark, value_key)
);
CREATE TABLE guard_drift_round (
    tenant  text        NOT NULL,
    service text        NOT NULL,
    mark    text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    next_at timestamptz NOT NULL,
    -- when uses were last looked through to the end, and how long that took
    looked_at timestamptz,
    seconds double precision,
    PRIMARY KEY (tenant, service, mark)
);

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['guard_lead', 'guard_drift_round'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
