-- Decisions about many subjects at once: what was sent, and where each subject stands.

CREATE TABLE bulk (
    tenant          text        NOT NULL,
    service         text        NOT NULL,
    id              uuid        NOT NULL,
    -- the sender's name for it: parts that name it belong together
    key             text        NOT NULL,
    mark            text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    state           text        NOT NULL,
    -- SHA-256 keyed: whether a later part has the same head, without telling it
    head_digest     bytea       NOT NULL,
    sealed_key      bytea       NOT NULL,
    sealed_body     bytea       NOT NULL,
    created_by      text        NOT NULL,
    created_at      timestamptz NOT NULL,
    -- how many subjects there were when someone looked: a larger one must be looked at again
    previewed_count bigint,
    previewed_at    timestamptz,
    approved_by     text,
    approved_at     timestamptz,
    started_by      text,
    started_at      timestamptz,
    undone_by       text,
    -- why, sealed
    undo_key        bytea,
    undo_body       bytea,
    -- subjects a second; null: as fast as it goes
    rate_per_second integer     CHECK (rate_per_second > 0),
    next_at         timestamptz NOT NULL,
    ended_at        timestamptz,
    PRIMARY KEY (tenant, service, id),
    UNIQUE (tenant, service, key),
    FOREIGN KEY (tenant, service) REFERENCES service,
    CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
    CHECK (approved_by IS DISTINCT FROM created_by OR approved_by IS NULL)
);
CREATE INDEX bulk_moving ON bulk (state, next_at) WHERE state IN ('running', 'undoing');

CREATE TABLE bulk_subject (
    tenant             text    NOT NULL,
    service            text    NOT NULL,
    bulk_id            uuid    NOT NULL,
    subject_key        bytea   NOT NULL CHECK (length(subject_key) = 16),
    -- whose it is, where that is said: by this key the platform's own word on the account is found
    account_key        bytea   CHECK (length(account_key) = 16),
    place              bigint  GENERATED ALWAYS AS IDENTITY,
    state              text    NOT NULL DEFAULT 'pending',
    -- why a person decides instead
    why                text,
    -- the notice by which it came to a person
    notice_id          uuid,
    decision_id        uuid,
    -- SHA-256 keyed: whether a line says the same again, without telling what
    digest             bytea   NOT NULL,
    country            text,
    account_created_on date,
    possible_minor     boolean NOT NULL,
    -- the line, until its decision or notice keeps it
    sealed_key         bytea,
    sealed_body        bytea,
    PRIMARY KEY (tenant, service, bulk_id, subject_key),
    FOREIGN KEY (tenant, service, bulk_id) REFERENCES bulk,
    CHECK ((sealed_key IS NULL) = (sealed_body IS NULL)),
    CHECK ((state IN ('decided', 'undone')) = (decision_id IS NOT NULL)),
    CHECK ((state IN ('held_back', 'refused')) = (why IS NOT NULL))
);
CREATE INDEX bulk_subject_pending ON bulk_subject (tenant, service, bulk_id, place) WHERE state = 'pending';
CREATE INDEX bulk_subject_unsent ON bulk_subject (tenant, service, bulk_id, place) WHERE state = 'held_back' AND notice_id IS NULL;
CREATE INDEX bulk_subject_decided ON bulk_subject (tenant, service, bulk_id, place) WHERE state = 'decided';

-- Whether a subject was ever a matter for specialists.
CREATE INDEX case_file_specialist ON case_file (tenant, service, subject_key) WHERE specialist;

ALTER TABLE decision
    ALTER COLUMN case_id DROP NOT NULL,
    ALTER COLUMN lease_token DROP NOT NULL,
    DROP CONSTRAINT decision_item_count_check,
    ADD COLUMN bulk_id uuid,
    ADD FOREIGN KEY (tenant, service, bulk_id) REFERENCES bulk,
    ADD CONSTRAINT decision_of_case_or_bulk CHECK (num_nonnulls(case_id, bulk_id) = 1),
    ADD CONSTRAINT decision_of_case_answers CHECK (
        (case_id IS NULL) = (lease_token IS NULL) AND (case_id IS NULL) = (item_count = 0) AND item_count >= 0
    );

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['bulk', 'bulk_subject'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
