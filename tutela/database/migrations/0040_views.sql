-- Who looked at what: rows are added, and nothing changes them until their time is over.

CREATE TABLE view_noted (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          bigint      GENERATED ALWAYS AS IDENTITY,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    at          timestamptz NOT NULL,
    -- a user's name, or where a program looked its token's
    seen_by     text        NOT NULL,
    is_person   boolean     NOT NULL,
    role        text        NOT NULL,
    door        text        NOT NULL CHECK (door IN ('console', 'token')),
    way         text        NOT NULL,
    why         text        NOT NULL,
    -- none where no case was looked at, but the log itself or a page
    case_id     uuid,
    family      text,
    subject_key bytea       CHECK (length(subject_key) = 16),
    -- what was asked for, where that is no case
    what        text,
    PRIMARY KEY (tenant, service, id),
    CHECK ((case_id IS NULL) = (family IS NULL) AND (case_id IS NULL) = (subject_key IS NULL)),
    CHECK ((case_id IS NULL) = (what IS NOT NULL))
);
CREATE INDEX view_noted_by ON view_noted (tenant, service, seen_by, at);
CREATE INDEX view_noted_case ON view_noted (tenant, service, case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX view_noted_at ON view_noted (at);

CREATE FUNCTION view_noted_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a view that was noted stays as it is';
END $$;
CREATE TRIGGER view_noted_stays BEFORE UPDATE ON view_noted FOR EACH ROW EXECUTE FUNCTION view_noted_stays();

ALTER TABLE view_noted ENABLE ROW LEVEL SECURITY;
ALTER TABLE view_noted FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_fence ON view_noted
USING (tenant = current_setting('tutela.tenant', true) OR current_setting('tutela.tenant', true) = '*');
