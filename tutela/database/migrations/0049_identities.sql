-- Who a provider of identities means: a person of the staff, by the subject that the provider never gives twice.

CREATE TABLE staff_identity (
    tenant  text        NOT NULL,
    issuer  text        NOT NULL,
    subject text        NOT NULL,
    name    text        NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, issuer, subject),
    FOREIGN KEY (tenant, name) REFERENCES staff_user
);
CREATE INDEX staff_identity_name ON staff_identity (tenant, name);

ALTER TABLE staff_identity ENABLE ROW LEVEL SECURITY;
ALTER TABLE staff_identity FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_fence ON staff_identity USING (
    tenant = current_setting('tutela.tenant', true) OR current_setting('tutela.tenant', true) = '*'
);
