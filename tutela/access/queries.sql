-- name: find_token
-- Who holds a token, by its hash; a revoked one is nobody, and one of a person who is gone or has another role by now is nobody's.
SELECT t.id, t.tenant, t.service, t.name, t.role, t.channels, t.mark, l.log_id, u.name
FROM access_token t
JOIN ledger_log l ON l.tenant = t.tenant
LEFT JOIN staff_user u ON u.tenant = t.tenant AND u.name = t.person AND u.disabled_at IS NULL
WHERE (t.person IS NULL OR u.role = t.role) AND t.token_hash = %(token_hash)s AND t.revoked_at IS NULL

-- name: add_tenant
-- A tenant is there from the first token or user that names it.
INSERT INTO tenant (tenant) VALUES (%(tenant)s) ON CONFLICT DO NOTHING

-- name: add_service
-- A service is there from the first token that names it.
INSERT INTO service (tenant, service) VALUES (%(tenant)s, %(service)s) ON CONFLICT DO NOTHING

-- name: add_log
-- Every tenant has one log, under a random name that tells nobody whose it is.
INSERT INTO ledger_log (tenant, log_id) VALUES (%(tenant)s, %(log_id)s) ON CONFLICT DO NOTHING

-- name: add_token
-- Only the hash of a token is kept.
INSERT INTO access_token (id, tenant, service, name, role, channels, mark, person, token_hash)
VALUES (
    %(id)s, %(tenant)s, %(service)s, %(name)s, %(role)s, %(channels)s, %(mark)s, %(person)s, %(token_hash)s
)

-- name: add_user
-- A person on the staff; a name is taken once in a tenant.
INSERT INTO staff_user (tenant, name, role, password_hash)
VALUES (%(tenant)s, %(name)s, %(role)s, %(password_hash)s)
ON CONFLICT DO NOTHING
RETURNING name

-- name: find_user
-- The stored hash and role of a person who may log in.
SELECT role, password_hash FROM staff_user
WHERE tenant = %(tenant)s AND name = %(name)s AND disabled_at IS NULL

-- name: has_password
-- Whether the person logs in by a password of ours.
SELECT password_hash IS NOT NULL FROM staff_user WHERE tenant = %(tenant)s AND name = %(name)s

-- name: is_password_given
-- Whether another person has seen the password of this one.
SELECT password_given_at IS NOT NULL FROM staff_user WHERE tenant = %(tenant)s AND name = %(name)s

-- name: change_password
-- Another password of a person.
UPDATE staff_user SET password_hash = %(password_hash)s, password_changed_at = %(now)s, password_given_at = NULL
WHERE tenant = %(tenant)s AND name = %(name)s

-- name: remember_keys
-- The first start writes which secret this database was made with.
INSERT INTO key_fingerprint (purpose, fingerprint) VALUES ('master', %(master)s) ON CONFLICT DO NOTHING

-- name: remember_signing_key
-- The key that the house was founded with; every later one has to be introduced.
INSERT INTO ledger_key (key_id, public_key, valid_from)
SELECT %(key_id)s, %(public_key)s, %(now)s
WHERE NOT EXISTS (SELECT FROM ledger_key)

-- name: keys_of_the_ledger
-- Every key that signs or signed here, when, and by which other key it was introduced.
SELECT key_id, public_key, valid_from, valid_to, introduced_by, introduced_at, signature
FROM ledger_key
ORDER BY valid_from, key_id

-- name: introduce_key
-- A key that signs from a time on.
INSERT INTO ledger_key (key_id, public_key, valid_from, introduced_by, introduced_at, signature)
VALUES (%(key_id)s, %(public_key)s, %(valid_from)s, %(introduced_by)s, %(introduced_at)s, %(signature)s)

-- name: end_key
-- The end of a key's time, set once, when its successor is introduced.
UPDATE ledger_key SET valid_to = %(valid_to)s WHERE key_id = %(key_id)s AND valid_to IS NULL RETURNING key_id

-- name: tenants
-- Every tenant that has a log.
SELECT tenant FROM ledger_log ORDER BY tenant

-- name: known_keys
-- The secret this database was made with.
SELECT fingerprint FROM key_fingerprint WHERE purpose = 'master'
