-- Measures that are carried out: each with its subject, a revision that rises with every change, and where it stands.

-- How often what holds for a subject was changed; the row's lock gives concurrent changes of one subject their order.
CREATE TABLE subject_revision (
    tenant      text    NOT NULL,
    service     text    NOT NULL,
    subject_key bytea   NOT NULL CHECK (length(subject_key) = 16),
    revision    integer NOT NULL CHECK (revision > 0),
    PRIMARY KEY (tenant, service, subject_key),
    FOREIGN KEY (tenant, service) REFERENCES service
) WITH (fillfactor = 85);

ALTER TABLE subject_revision ENABLE ROW LEVEL SECURITY;
ALTER TABLE subject_revision FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_fence ON subject_revision USING (
    tenant = current_setting('tutela.tenant', true) OR current_setting('tutela.tenant', true) = '*'
);

ALTER TABLE decision ADD COLUMN undone_at timestamptz;

ALTER TABLE measure
    ADD COLUMN subject_key  bytea CHECK (length(subject_key) = 16),
    ADD COLUMN state        text NOT NULL DEFAULT 'decided' CHECK (
        state IN ('decided', 'accepted', 'confirmed', 'failed', 'recalled', 'recall_accepted', 'lifted')
    ),
    ADD COLUMN accepted_at  timestamptz,
    ADD COLUMN undone_at    timestamptz,
    ADD COLUMN undone_why   text CHECK (undone_why IN ('undone', 'ended')),
    ADD COLUMN lifted_at    timestamptz,
    -- by the platform's clock: when the last thing it told of the measure was so
    ADD COLUMN told_at      timestamptz,
    -- from when on silence is asked about, and how often it was
    ADD COLUMN reconcile_at timestamptz,
    ADD COLUMN reconciles   integer NOT NULL DEFAULT 0,
    ADD CHECK ((undone_at IS NULL) = (undone_why IS NULL)),
    ADD CHECK ((undone_at IS NULL) = (state IN ('decided', 'accepted', 'confirmed', 'failed')));

ALTER TABLE outbox ADD COLUMN measure_id uuid, ADD FOREIGN KEY (tenant, service, measure_id) REFERENCES measure;

-- The measures of a decision and its instructions to apply them were written in one order.
SELECT set_config('tutela.tenant', '*', true);
WITH measured AS (
    SELECT tenant, service, decision_id, id, row_number() OVER (PARTITION BY tenant, service, decision_id ORDER BY id) AS nth FROM measure
), instructed AS (
    SELECT tenant, service, decision_id, id, row_number() OVER (PARTITION BY tenant, service, decision_id ORDER BY place) AS nth
    FROM outbox WHERE kind = 'measure.apply'
)
UPDATE outbox o SET measure_id = m.id
FROM measured m
JOIN instructed i ON (i.tenant, i.service, i.decision_id, i.nth) = (m.tenant, m.service, m.decision_id, m.nth)
WHERE o.id = i.id;
UPDATE measure m SET
    subject_key = coalesce(
        (SELECT o.subject_key FROM outbox o WHERE (o.tenant, o.service, o.decision_id, o.measure_id) = (m.tenant, m.service, m.decision_id, m.id)),
        (SELECT d.subject_key FROM decision d WHERE (d.tenant, d.service, d.id) = (m.tenant, m.service, m.decision_id))
    );
UPDATE measure m SET state = 'accepted', accepted_at = o.done_at, reconcile_at = o.done_at + interval '1 hour'
FROM outbox o
WHERE (o.tenant, o.service, o.measure_id) = (m.tenant, m.service, m.id) AND o.done_at IS NOT NULL;
INSERT INTO subject_revision (tenant, service, subject_key, revision) SELECT DISTINCT tenant, service, subject_key, 1 FROM measure;

ALTER TABLE measure ALTER COLUMN subject_key SET NOT NULL;
CREATE INDEX measure_subject ON measure (tenant, service, subject_key);
-- What was decided and not carried out.
CREATE INDEX measure_under_way ON measure (tenant, service, kind) WHERE state NOT IN ('confirmed', 'lifted');
CREATE INDEX measure_unheard ON measure (reconcile_at) WHERE reconcile_at IS NOT NULL;
CREATE INDEX measure_until ON measure (until) WHERE until IS NOT NULL AND undone_at IS NULL;
