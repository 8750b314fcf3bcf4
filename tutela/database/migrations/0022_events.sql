-- Events of the platform: each is taken once, and those about measures and statements leave their trace there.

CREATE TABLE platform_event (
    tenant  text  NOT NULL,
    service text  NOT NULL,
    id      text  NOT NULL,
    digest  bytea NOT NULL CHECK (length(digest) = 16),
    PRIMARY KEY (tenant, service, id)
) PARTITION BY HASH (id);
DO $$
BEGIN
    FOR part IN 0..7 LOOP
        EXECUTE format('CREATE TABLE platform_event_%s PARTITION OF platform_event FOR VALUES WITH (MODULUS 8, REMAINDER %s)', part, part);
    END LOOP;
END $$;

ALTER TABLE platform_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform_event FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_fence ON platform_event USING (
    tenant = current_setting('tutela.tenant', true) OR current_setting('tutela.tenant', true) = '*'
);

-- When the platform said that the recipient has the statement; until then `delivered_at` is when the platform took it.
ALTER TABLE statement ADD COLUMN delivery_told_at timestamptz;
