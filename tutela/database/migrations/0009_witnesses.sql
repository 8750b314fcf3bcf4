-- Witnesses: second parties that cosign the heads of a log, and what they have cosigned.

-- The head as a signed note (C2SP tlog-checkpoint); heads of before have none.
ALTER TABLE ledger_head ADD COLUMN checkpoint text;

CREATE TABLE ledger_witness (
    tenant       text        NOT NULL REFERENCES tenant,
    name         text        NOT NULL,
    url          text        NOT NULL,
    verifier_key text        NOT NULL,
    added_at     timestamptz NOT NULL,
    last_size    bigint      NOT NULL DEFAULT 0,
    last_at      timestamptz,
    tried_at     timestamptz,
    retry_at     timestamptz,
    failures     integer     NOT NULL DEFAULT 0,
    last_error   text,
    refused      boolean     NOT NULL DEFAULT false,
    -- Two checkpoints of one size and different roots, both signed by this log: the proof of a fork.
    fork         text,
    PRIMARY KEY (tenant, name)
);

CREATE TABLE ledger_cosignature (
    tenant      text        NOT NULL,
    size        bigint      NOT NULL,
    witness     text        NOT NULL,
    cosigned_at timestamptz NOT NULL,
    line        text        NOT NULL,
    PRIMARY KEY (tenant, size, witness)
);

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['ledger_witness', 'ledger_cosignature'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
