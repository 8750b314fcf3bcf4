-- name: list_tokens
-- The tokens of a service, without those that the service gave its own probes.
SELECT id, name, role, channels, created_at, revoked_at, person FROM access_token
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = 'real'
ORDER BY created_at, id

-- name: revoke_token
-- The end of a token; the first one counts.
UPDATE access_token SET revoked_at = coalesce(revoked_at, now()) WHERE id = %(id)s
RETURNING id, name, role, channels, created_at, revoked_at, person
