-- What a second person must look at: cases opened without the right, and unusual browsing.

CREATE TABLE oversight (
    tenant    text        NOT NULL,
    service   text        NOT NULL,
    id        uuid        NOT NULL,
    mark      text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    kind      text        NOT NULL,
    state     text        NOT NULL,
    -- whose opening or browsing it is
    person    text        NOT NULL,
    role      text        NOT NULL,
    at        timestamptz NOT NULL,
    -- until when somebody must have looked
    look_by   timestamptz NOT NULL,
    -- of a case that was opened without the right: which, and until when
    case_id   uuid,
    until     timestamptz,
    figures   jsonb       NOT NULL,
    looked_by text,
    looked_at timestamptz,
    finding   text,
    PRIMARY KEY (tenant, service, id),
    CHECK ((kind = 'glass') = (case_id IS NOT NULL) AND (case_id IS NULL) = (until IS NULL)),
    CHECK ((state = 'looked_at') = (looked_by IS NOT NULL)),
    CHECK ((looked_by IS NULL) = (looked_at IS NULL) AND (looked_by IS NULL) = (finding IS NULL)),
    CHECK (looked_by <> person)
);
CREATE UNIQUE INDEX oversight_unusual ON oversight (tenant, service, mark, kind, person)
WHERE state = 'open' AND kind <> 'glass';
CREATE INDEX oversight_open ON oversight (tenant, service, look_by) WHERE state = 'open';
CREATE INDEX oversight_person ON oversight (tenant, service, person, at);

ALTER TABLE oversight ENABLE ROW LEVEL SECURITY;
ALTER TABLE oversight FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_fence ON oversight
USING (tenant = current_setting('tutela.tenant', true) OR current_setting('tutela.tenant', true) = '*');
