-- Who may log in as what: changes that two admins make together, and the acts by which it came so.

-- A person whose password another one has seen chooses their own before anything else.
ALTER TABLE staff_user ADD COLUMN password_given_at timestamptz;
ALTER TABLE staff_session DROP CONSTRAINT staff_session_stage_check;
ALTER TABLE staff_session ADD CONSTRAINT staff_session_stage_check
    CHECK (stage IN ('code', 'renewal', 'enrolment', 'whole'));

CREATE TABLE staff_change (
    tenant      text        NOT NULL REFERENCES tenant,
    id          uuid        NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('join', 'role', 'return', 'reset')),
    -- whom it is about; of a join nobody yet
    name        text        NOT NULL,
    role        text        NOT NULL,
    reason      text        NOT NULL,
    state       text        NOT NULL CHECK (state IN ('proposed', 'made', 'refused', 'lapsed')),
    proposed_by text        NOT NULL,
    proposed_at timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    -- none where it was made alone
    decided_by  text,
    decided_at  timestamptz,
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX staff_change_open ON staff_change (tenant, name) WHERE state = 'proposed';

-- Each act with its ledger leaf, whose id it bears; who did it to whom and why is sealed.
CREATE TABLE staff_act (
    tenant      text        NOT NULL REFERENCES tenant,
    id          uuid        NOT NULL,
    event       text        NOT NULL,
    at          timestamptz NOT NULL,
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX staff_act_at ON staff_act (tenant, at);

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['staff_change', 'staff_act'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
