-- Logins of people: how far each has come, what is asked beside the password, and how often somebody guessed.

-- A session begins anew at every step of a login; until it is whole it opens nothing but the next step.
ALTER TABLE staff_session
    ADD COLUMN id      uuid        NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN stage   text        NOT NULL DEFAULT 'whole' CHECK (stage IN ('code', 'enrolment', 'whole')),
    -- whether more than one proof was given for it
    ADD COLUMN is_strong boolean   NOT NULL DEFAULT false,
    ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now(),
    -- from where, as far as it is known, and by which browser as it calls itself
    ADD COLUMN address text        NOT NULL DEFAULT '',
    ADD COLUMN agent   text        NOT NULL DEFAULT '',
    -- when the person's login before was, and how many guesses failed since then
    ADD COLUMN logged_in_before timestamptz,
    ADD COLUMN guesses_before   integer NOT NULL DEFAULT 0;
CREATE INDEX staff_session_person ON staff_session (tenant, name);
CREATE INDEX staff_session_end ON staff_session (expires_at);

ALTER TABLE staff_user
    -- none: the person logs in elsewhere
    ALTER COLUMN password_hash DROP NOT NULL,
    ADD COLUMN password_changed_at timestamptz,
    ADD COLUMN logged_in_at        timestamptz,
    -- guesses since then that failed
    ADD COLUMN guesses             integer NOT NULL DEFAULT 0;

-- The secret of a person's authenticator (RFC 6238), sealed; it counts once a code of it was given.
CREATE TABLE staff_totp (
    tenant       text        NOT NULL,
    name         text        NOT NULL,
    id           uuid        NOT NULL,
    sealed_key   bytea       NOT NULL,
    sealed_body  bytea       NOT NULL,
    created_at   timestamptz NOT NULL,
    confirmed_at timestamptz,
    -- the time step of the last code that was taken: no code is taken twice
    last_step    bigint      NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, name),
    FOREIGN KEY (tenant, name) REFERENCES staff_user ON DELETE CASCADE
);

-- Codes for the day on which the authenticator is lost; each opens once.
CREATE TABLE staff_recovery_code (
    tenant    text  NOT NULL,
    name      text  NOT NULL,
    code_hash bytea NOT NULL,
    used_at   timestamptz,
    PRIMARY KEY (tenant, name, code_hash),
    FOREIGN KEY (tenant, name) REFERENCES staff_user ON DELETE CASCADE
);

-- When the next guess may be made, by the digest of a name or an address; who was meant is not to be read here.
CREATE TABLE login_pace (
    kind     text        NOT NULL,
    digest   bytea       NOT NULL,
    spent_to timestamptz NOT NULL,
    PRIMARY KEY (kind, digest)
);
CREATE INDEX login_pace_end ON login_pace (spent_to);

-- How many logins ended how, by the hour.
CREATE TABLE login_count (
    hour    timestamptz NOT NULL,
    outcome text        NOT NULL,
    count   bigint      NOT NULL,
    PRIMARY KEY (hour, outcome)
);

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['staff_totp', 'staff_recovery_code'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
