-- Signing keys have an end, and are introduced by the key before them.

ALTER TABLE ledger_key
    ADD COLUMN valid_to      timestamptz,
    ADD COLUMN introduced_by text REFERENCES ledger_key,
    ADD COLUMN introduced_at timestamptz,
    ADD COLUMN signature     bytea,
    ADD CHECK (valid_to > valid_from),
    ADD CHECK (num_nulls(introduced_by, introduced_at, signature) IN (0, 3));

-- A key introduces one other.
CREATE UNIQUE INDEX ledger_key_successor ON ledger_key (introduced_by);
