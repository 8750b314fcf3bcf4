-- What people looked at, how much of it they may see, and when they rest.

-- One look at media by one person; it is spent whether or not the media came.
CREATE TABLE exposure_reveal (
    tenant      text        NOT NULL,
    service     text        NOT NULL,
    id          uuid        NOT NULL REFERENCES ledger_leaf,
    mark        text        NOT NULL CHECK (mark IN ('real', 'canary', 'drill')),
    person      text        NOT NULL,
    case_id     uuid        NOT NULL,
    family      text        NOT NULL,
    lane        text        NOT NULL,
    at          timestamptz NOT NULL,
    nonce       bytea       NOT NULL CHECK (length(nonce) = 16),
    -- of the call that asked, so that a double click spends once
    key         text,
    link_until  timestamptz NOT NULL,
    -- until when it is charged, unless it is hidden before
    shown_until timestamptz NOT NULL,
    hidden_at   timestamptz,
    -- why it was looked at though somebody had
    again       text,
    sealed_key  bytea       NOT NULL,
    sealed_body bytea       NOT NULL,
    PRIMARY KEY (tenant, service, id),
    CHECK (shown_until > at)
);
CREATE INDEX exposure_reveal_person ON exposure_reveal (tenant, person, at);
CREATE UNIQUE INDEX exposure_reveal_key ON exposure_reveal (tenant, service, person, key) WHERE key IS NOT NULL;
CREATE INDEX exposure_reveal_at ON exposure_reveal (tenant, service, mark, at);

-- By what the same media is known again: the subject, its hash, the entry of a list that it matched; each under a keyed digest.
CREATE TABLE exposure_media (
    tenant    text  NOT NULL,
    service   text  NOT NULL,
    mark      text  NOT NULL,
    media_key bytea NOT NULL CHECK (length(media_key) = 16),
    reveal_id uuid  NOT NULL,
    PRIMARY KEY (tenant, service, mark, media_key, reveal_id),
    FOREIGN KEY (tenant, service, reveal_id) REFERENCES exposure_reveal ON DELETE CASCADE
);

-- How a person likes media shown, and how long they have been at work.
CREATE TABLE care_person (
    tenant       text        NOT NULL,
    person       text        NOT NULL,
    greyscale    boolean     NOT NULL DEFAULT true,
    blurred      boolean     NOT NULL DEFAULT false,
    small        boolean     NOT NULL DEFAULT true,
    -- work without a pause: its first and its last sign
    stint_from   timestamptz,
    stint_to     timestamptz,
    -- a pause that was begun; a pause that is taken can't be cut short
    rest_from    timestamptz,
    rest_to      timestamptz,
    debriefed_at timestamptz,
    PRIMARY KEY (tenant, person),
    CHECK ((rest_from IS NULL) = (rest_to IS NULL)),
    CHECK ((stint_from IS NULL) = (stint_to IS NULL))
);

-- A bound that lowers everybody's for one person; lowering holds at once, raising from the next day on.
CREATE TABLE care_bound (
    tenant  text        NOT NULL,
    person  text        NOT NULL,
    -- '*' for all families together
    family  text        NOT NULL,
    at      timestamptz NOT NULL,
    -- none: no bound of their own
    reveals integer     CHECK (reveals >= 0),
    minutes integer     CHECK (minutes >= 0),
    set_by  text        NOT NULL,
    PRIMARY KEY (tenant, person, family, at)
);

-- A kind of harm that a person does not take.
CREATE TABLE care_wish (
    tenant text        NOT NULL,
    person text        NOT NULL,
    family text        NOT NULL,
    since  timestamptz NOT NULL,
    PRIMARY KEY (tenant, person, family)
);

-- Whose day was over while they held a case of imminent danger: it goes to others before anything else.
ALTER TABLE case_file ADD COLUMN handed_over_at timestamptz;
ALTER TABLE case_file ADD COLUMN handed_over_by text;
CREATE INDEX case_file_handed_over ON case_file (tenant, service, mark, handed_over_at)
    WHERE closed_at IS NULL AND handed_over_at IS NOT NULL;

-- By what a medium is known again wherever it is posted: a keyed digest of its strongest hash.
ALTER TABLE content_look ADD COLUMN media_key bytea CHECK (length(media_key) = 16);

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY[
        'exposure_reveal', 'exposure_media', 'care_person', 'care_bound', 'care_wish'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
