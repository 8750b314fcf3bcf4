-- Lists of known material and terms: who answers for them, their versions, their entries sealed in chunks.

CREATE TABLE known_list (
    id                  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant              text        NOT NULL,
    service             text        NOT NULL,
    name                text        NOT NULL,
    family              text        NOT NULL CHECK (family IN ('hashes', 'terms')),
    owner               text        NOT NULL,
    reason              text        NOT NULL,
    provenance          text        NOT NULL,
    licence             text        NOT NULL,
    -- older than this, its detector knows nothing
    longest_age_seconds bigint      NOT NULL CHECK (longest_age_seconds > 0),
    -- from when on none of its entries matches
    expires_at          timestamptz,
    version             integer     NOT NULL DEFAULT 0,
    next_entry          bigint      NOT NULL DEFAULT 1,
    withdrawn_entries   bigint      NOT NULL DEFAULT 0,
    created_at          timestamptz NOT NULL,
    -- when its source said last that this is what it holds
    confirmed_at        timestamptz NOT NULL,
    -- since when the list as a whole matches nothing
    withdrawn_at        timestamptz,
    UNIQUE (tenant, service, name),
    FOREIGN KEY (tenant, service) REFERENCES service
);

-- Every change of a list; who did it, why and from which file is sealed.
CREATE TABLE list_version (
    list_id     bigint      NOT NULL REFERENCES known_list,
    tenant      text        NOT NULL,
    version     integer     NOT NULL,
    id          uuid        NOT NULL REFERENCES ledger_leaf,
    change      text        NOT NULL,
    at          timestamptz NOT NULL,
    added       bigint      NOT NULL,
    withdrawn   bigint      NOT NULL,
    refused     bigint      NOT NULL,
    sealed_key  bytea,
    sealed_body bytea,
    PRIMARY KEY (list_id, version)
);

-- Entries in the order of their numbers: up to some thousands a row, AES-GCM under a key of the row's own.
CREATE TABLE list_chunk (
    list_id     bigint  NOT NULL REFERENCES known_list,
    tenant      text    NOT NULL,
    first_entry bigint  NOT NULL,
    entries     integer NOT NULL CHECK (entries > 0),
    kind        text    NOT NULL CHECK (kind IN ('pdq', 'md5', 'sha1', 'sha256', 'terms')),
    version     integer NOT NULL,
    sealed_key  bytea   NOT NULL,
    sealed_body bytea   NOT NULL,
    PRIMARY KEY (list_id, first_entry)
);
ALTER TABLE list_chunk ALTER COLUMN sealed_body SET STORAGE EXTERNAL;

-- By what an entry is found again: keyed digests, which tell nobody anything without the key.
CREATE TABLE list_digest (
    list_id       bigint NOT NULL REFERENCES known_list,
    entry         bigint NOT NULL,
    -- when the source changed it last, where it says so
    updated_at    timestamptz,
    tenant        text   NOT NULL,
    -- of what is looked for
    digest        bytea  NOT NULL CHECK (length(digest) = 16),
    -- of what else makes it an entry of its own: id at the source, language, form; empty where there is none
    variant       bytea  NOT NULL CHECK (length(variant) IN (0, 8)),
    source_digest bytea  CHECK (length(source_digest) = 16),
    PRIMARY KEY (list_id, digest, variant)
);
CREATE INDEX list_digest_source ON list_digest (list_id, source_digest) WHERE source_digest IS NOT NULL;

-- Entries that match no more; what stands here is only their number.
CREATE TABLE list_withdrawal (
    list_id          bigint  NOT NULL REFERENCES known_list,
    tenant           text    NOT NULL,
    entry            bigint  NOT NULL,
    version          integer NOT NULL,
    PRIMARY KEY (list_id, entry)
);
CREATE INDEX list_withdrawal_version ON list_withdrawal (list_id, version);

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['known_list', 'list_version', 'list_chunk', 'list_digest', 'list_withdrawal']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format(
            'CREATE POLICY tenant_fence ON %I USING (tenant = current_setting(''tutela.tenant'', true)'
            ' OR current_setting(''tutela.tenant'', true) = ''*'')', fenced);
    END LOOP;
END $$;
