-- The ledger: one log per tenant.


CREATE TABLE ledger_log (
    tenant     text        PRIMARY KEY REFERENCES tenant,
    log_id     text        NOT NULL UNIQUE,
    size       bigint      NOT NULL DEFAULT 0,
    epoch      bigint      NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Every key that ever signed here, so that old receipts and heads can be checked.
CREATE TABLE ledger_key (
    key_id     text        PRIMARY KEY,
    public_key bytea       NOT NULL CHECK (length(public_key) = 32),
    valid_from timestamptz NOT NULL
);

CREATE TABLE ledger_leaf (
    fact_id    uuid        PRIMARY KEY,
    tenant     text        NOT NULL,
    fact_type  text        NOT NULL,
    at         timestamptz NOT NULL,
    content    bytea       NOT NULL,
    leaf_hash  bytea       NOT NULL CHECK (length(leaf_hash) = 32),
    leaf_index bigint
);
CREATE UNIQUE INDEX ledger_leaf_hash ON ledger_leaf (leaf_hash);
CREATE UNIQUE INDEX ledger_leaf_index ON ledger_leaf (tenant, leaf_index) WHERE leaf_index IS NOT NULL;
CREATE INDEX ledger_leaf_unsequenced ON ledger_leaf (tenant, fact_id) WHERE leaf_index IS NULL;

CREATE TABLE ledger_tile (
    tenant text     NOT NULL,
    level  smallint NOT NULL,
    tile   bigint   NOT NULL,
    hashes bytea    NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
    PRIMARY KEY (tenant, level, tile)
);

CREATE TABLE ledger_head (
    tenant    text        NOT NULL,
    size      bigint      NOT NULL,
    root      bytea       NOT NULL CHECK (length(root) = 32),
    at        timestamptz NOT NULL,
    key_id    text        NOT NULL,
    signature bytea       NOT NULL,
    PRIMARY KEY (tenant, size, at)
);
