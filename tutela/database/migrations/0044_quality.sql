-- Second looks: a sample of decisions is decided again by somebody who is told nothing of the first.

-- How many decisions are drawn, and how often a look asks what is known already; the newest row counts.
CREATE TABLE quality_plan (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    share       float8      NOT NULL CHECK (share BETWEEN 0 AND 1),
    gold_share  float8      NOT NULL CHECK (gold_share BETWEEN 0 AND 0.5),
    set_by      text        NOT NULL,
    at          timestamptz NOT NULL,
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    PRIMARY KEY (tenant, service, id)
);

CREATE TABLE second_look (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    purpose     text        NOT NULL CHECK (purpose IN ('sample', 'gold')),
    state       text        NOT NULL CHECK (state IN ('waiting', 'disputed', 'settled')),
    decision_id uuid        NOT NULL,
    case_id     uuid        NOT NULL,
    -- the chance that the decision had of being drawn
    share       float8      NOT NULL,
    drawn_at    timestamptz NOT NULL,
    -- who decided, by the name under which they hold leases
    first_by    text        NOT NULL,
    outcome     text        NOT NULL,
    category    text,
    ground      text,
    -- whose desk it lies on
    given_to    text,
    given_until timestamptz,
    second_by       text,
    second_at       timestamptz,
    second_outcome  text,
    second_category text,
    second_ground   text,
    -- why, in words
    sealed_key  bytea,
    sealed_body bytea,
    settled_by      text,
    settled_at      timestamptz,
    right_outcome   text,
    right_category  text,
    right_ground    text,
    -- what was wrong with the decision, and with the second look at it
    first_error  text CHECK (first_error IN ('none', 'false_positive', 'false_negative', 'wrong_selection')),
    second_error text CHECK (second_error IN ('none', 'false_positive', 'false_negative', 'wrong_selection')),
    -- since when it asks others what is known
    gold_since timestamptz,
    PRIMARY KEY (tenant, service, id),
    FOREIGN KEY (tenant, service, decision_id) REFERENCES decision,
    FOREIGN KEY (tenant, service, case_id) REFERENCES case_file,
    CHECK ((state = 'waiting') = (second_at IS NULL)),
    CHECK ((state = 'settled') = (settled_at IS NOT NULL)),
    CHECK (second_by IS NULL OR lower(second_by) <> lower(first_by))
);
CREATE INDEX second_look_waiting ON second_look (tenant, service, mark, drawn_at) WHERE state = 'waiting';
CREATE INDEX second_look_disputed ON second_look (tenant, service, mark, second_at) WHERE state = 'disputed';
CREATE INDEX second_look_answered ON second_look (tenant, service, mark, second_at) WHERE second_at IS NOT NULL;
CREATE INDEX second_look_gold ON second_look (tenant, service, mark, gold_since) WHERE gold_since IS NOT NULL;
CREATE INDEX second_look_decision ON second_look (tenant, service, decision_id);

-- Each lead's verdict with why, as facts of the ledger.
CREATE TABLE quality_act (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    event       text        NOT NULL,
    look_id     uuid        NOT NULL,
    person      text        NOT NULL,
    at          timestamptz NOT NULL,
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    PRIMARY KEY (tenant, service, id),
    FOREIGN KEY (tenant, service, look_id) REFERENCES second_look
);

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['quality_plan', 'second_look', 'quality_act'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
