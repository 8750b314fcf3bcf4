-- name: find_totp
-- The authenticator of a person, locked until the transaction ends.
SELECT id, sealed_key, sealed_body, confirmed_at, last_step FROM staff_totp
WHERE tenant = %(tenant)s AND name = %(name)s
FOR UPDATE

-- name: add_totp
-- An authenticator that counts once a code of it was given.
INSERT INTO staff_totp (tenant, name, id, sealed_key, sealed_body, created_at)
VALUES (%(tenant)s, %(name)s, %(id)s, %(sealed_key)s, %(sealed_body)s, %(now)s)

-- name: take_step
-- The code of a time step was taken; the first one confirms the authenticator.
UPDATE staff_totp SET last_step = %(step)s, confirmed_at = coalesce(confirmed_at, %(now)s)
WHERE tenant = %(tenant)s AND name = %(name)s

-- name: end_totp
-- The authenticator counts no more.
DELETE FROM staff_totp WHERE tenant = %(tenant)s AND name = %(name)s

-- name: end_recovery_codes
-- None of the codes opens any more.
DELETE FROM staff_recovery_code WHERE tenant = %(tenant)s AND name = %(name)s

-- name: add_recovery_codes
-- New codes, of which only hashes are kept.
INSERT INTO staff_recovery_code (tenant, name, code_hash)
SELECT %(tenant)s, %(name)s, unnest(%(hashes)s::bytea[])

-- name: use_recovery_code
-- A code opens once.
UPDATE staff_recovery_code SET used_at = %(now)s
WHERE tenant = %(tenant)s AND name = %(name)s AND code_hash = %(code_hash)s AND used_at IS NULL
RETURNING true

-- name: show_factor
-- Since when a person has an authenticator, and how many recovery codes are left.
SELECT (SELECT t.confirmed_at FROM staff_totp t WHERE t.tenant = %(tenant)s AND t.name = %(name)s),
    (SELECT count(*) FROM staff_recovery_code c
     WHERE c.tenant = %(tenant)s AND c.name = %(name)s AND c.used_at IS NULL)
