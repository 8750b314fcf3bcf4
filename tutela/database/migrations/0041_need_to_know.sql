-- On which harms, and in which languages, somebody works: a case of another harm isn't there for them.

CREATE TABLE need_to_know (
    tenant    text        NOT NULL,
    service   text        NOT NULL,
    -- a user's name; empty: everybody without a row of their own who sees no specialists' cases
    person    text        NOT NULL,
    -- none: no case at all
    families  text[]      NOT NULL,
    -- none: every language; says which cases somebody is given, not which they may see
    languages text[]      NOT NULL,
    set_by    text        NOT NULL,
    set_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant, service, person)
);

-- Each act beside cases that a leaf of the ledger commits to; what was said is sealed.
CREATE TABLE oversight_act (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    event       text        NOT NULL,
    -- what the act is about, where that has an id
    subject     uuid,
    person      text,
    at          timestamptz NOT NULL,
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    PRIMARY KEY (tenant, service, id)
);
CREATE INDEX oversight_act_subject ON oversight_act (tenant, service, subject) WHERE subject IS NOT NULL;

-- The harms of a person; null where nobody said any, so that their role alone decides.
CREATE FUNCTION known_families(text, text, text, is_general boolean) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT n.families FROM need_to_know n
    WHERE n.tenant = $1 AND n.service = $2 AND (n.person = $3 OR (n.person = '' AND is_general))
    ORDER BY n.person DESC
    LIMIT 1
$$;

-- The languages of a person, without their regions; null for all.
CREATE FUNCTION known_languages(text, text, text, is_general boolean) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT nullif(n.languages, '{}') FROM need_to_know n
    WHERE n.tenant = $1 AND n.service = $2 AND (n.person = $3 OR (n.person = '' AND is_general))
    ORDER BY n.person DESC
    LIMIT 1
$$;

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['need_to_know', 'oversight_act'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
