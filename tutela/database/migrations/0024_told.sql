-- Whom a fault concerned, and the message that tells each of them.

ALTER TABLE incident_item ADD COLUMN noted_at timestamptz;
CREATE INDEX incident_item_unnoted ON incident_item (tenant, service, incident_id, notice_id, ordinal) WHERE noted_at IS NULL;

-- A person by a keyed digest of what named them, and what of theirs was touched: a notice, or a statement of reasons.
CREATE TABLE incident_concern (
    tenant      text  NOT NULL,
    service     text  NOT NULL,
    incident_id uuid  NOT NULL,
    concerned   text  NOT NULL CHECK (concerned IN ('notifier', 'unnamed', 'recipient')),
    person_key  bytea NOT NULL CHECK (length(person_key) = 16),
    ref_id      uuid  NOT NULL,
    message_id  uuid,
    PRIMARY KEY (tenant, service, incident_id, concerned, person_key, ref_id)
);
CREATE INDEX incident_concern_untold ON incident_concern (tenant, service, incident_id, concerned, person_key) WHERE message_id IS NULL;

ALTER TABLE incident_concern ENABLE ROW LEVEL SECURITY;
ALTER TABLE incident_concern FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_fence ON incident_concern USING (
    tenant = current_setting('tutela.tenant', true) OR current_setting('tutela.tenant', true) = '*'
);

-- A message follows from a decision or from an incident.
ALTER TABLE outbox
    ALTER COLUMN decision_id DROP NOT NULL,
    ADD COLUMN incident_id uuid,
    ADD FOREIGN KEY (tenant, service, incident_id) REFERENCES incident,
    ADD CONSTRAINT outbox_of_decision_or_incident CHECK (num_nonnulls(decision_id, incident_id) = 1);
