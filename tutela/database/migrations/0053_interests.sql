-- Whom somebody of the staff knows, under keyed digests alone: a case about it is not there for them.

CREATE TABLE interest (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL REFERENCES ledger_leaf,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    person      text        NOT NULL,
    kind        text        NOT NULL,
    state       text        NOT NULL,
    -- what it is about: a subject, and the account that is named beside it
    keys        bytea[]     NOT NULL CHECK (cardinality(keys) BETWEEN 1 AND 2),
    declared_at timestamptz NOT NULL,
    -- decisions of theirs about it that were taken before
    decided     integer     NOT NULL DEFAULT 0,
    ended_by    text,
    ended_at    timestamptz,
    PRIMARY KEY (tenant, service, id),
    CHECK ((state = 'ended') = (ended_by IS NOT NULL) AND (ended_by IS NULL) = (ended_at IS NULL)),
    CHECK (lower(ended_by) <> lower(person))
);
CREATE UNIQUE INDEX interest_holds ON interest (tenant, service, lower(person), kind, keys) WHERE state = 'holds';

-- Each act about one, as a fact of the ledger; what was said is sealed.
CREATE TABLE interest_act (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL REFERENCES ledger_leaf,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    event       text        NOT NULL,
    interest_id uuid        NOT NULL,
    person      text        NOT NULL,
    at          timestamptz NOT NULL,
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    PRIMARY KEY (tenant, service, id),
    FOREIGN KEY (tenant, service, interest_id) REFERENCES interest
);

-- What a person is kept from, by the digests of subjects and accounts; null where there is nothing.
CREATE FUNCTION kept_from(text, text, text) RETURNS bytea[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(k.key) FROM interest i CROSS JOIN unnest(i.keys) AS k (key)
    WHERE i.tenant = $1 AND i.service = $2 AND lower(i.person) = lower($3) AND i.state = 'holds'
$$;

-- A decision about somebody whom its author knows is looked at again, whatever chance says.
ALTER TABLE second_look DROP CONSTRAINT second_look_purpose_check;
ALTER TABLE second_look ADD CONSTRAINT second_look_purpose_check CHECK (purpose IN ('sample', 'gold', 'interest'));

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['interest', 'interest_act'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
