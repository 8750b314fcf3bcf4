-- Where a form of the console led when it was sent, so that a second sending is done once; it ends with its session.

CREATE TABLE sent_form (
    session_hash bytea       NOT NULL REFERENCES staff_session ON DELETE CASCADE,
    -- of the address, the mark of the page and all that was filled in
    digest       bytea       NOT NULL,
    begun_at     timestamptz NOT NULL,
    -- null while it is worked on
    led_to       text,
    PRIMARY KEY (session_hash, digest)
);
