-- Faults that were named, and the exact items that each touched.

CREATE TABLE incident (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL REFERENCES ledger_leaf,
    -- SHA-256 of the fault as it was named: naming it again opens nothing
    fault_hash  bytea       NOT NULL CHECK (length(fault_hash) = 32),
    opened_at   timestamptz NOT NULL,
    touched     jsonb       NOT NULL,
    replayed_at timestamptz,
    replayed    jsonb,
    told_at     timestamptz,
    told        jsonb,
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    PRIMARY KEY (tenant, service, id),
    UNIQUE (tenant, service, fault_hash),
    FOREIGN KEY (tenant, service) REFERENCES service,
    CHECK ((replayed_at IS NULL) = (replayed IS NULL)),
    CHECK ((told_at IS NULL) = (told IS NULL)),
    CHECK (told_at IS NULL OR replayed_at IS NOT NULL)
);

-- The set of an incident, frozen as it stood at the opening; what a replay made of each stands beside it.
-- Without foreign keys: a million checks of what one statement reads and writes, and items are never deleted.
CREATE TABLE incident_item (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    incident_id uuid        NOT NULL,
    notice_id   uuid        NOT NULL,
    ordinal     smallint    NOT NULL,
    case_id     uuid        NOT NULL,
    lane        lane        NOT NULL,
    family      text        NOT NULL,
    specialist  boolean     NOT NULL,
    decision_id uuid,
    answered_at timestamptz,
    replayed_at timestamptz,
    replayed_as text        CHECK (replayed_as IN ('requeued', 'reopened', 'stands', 'erased')),
    reopened_as uuid,
    PRIMARY KEY (tenant, service, incident_id, notice_id, ordinal),
    CHECK ((replayed_at IS NULL) = (replayed_as IS NULL)),
    CHECK ((reopened_as IS NULL) = (replayed_as IS DISTINCT FROM 'reopened'))
) WITH (fillfactor = 85);
CREATE INDEX incident_item_left ON incident_item (tenant, service, incident_id, notice_id, ordinal) WHERE replayed_at IS NULL;

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['incident', 'incident_item'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
