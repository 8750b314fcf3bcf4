-- name: add_objection
-- An objection; the same thing once more, while it is open, is counted under the id of the first.
INSERT INTO guard_objection (
    tenant, service, id, mark, state, surface, kind, value_key, created_at, repeated_at, sealed_key, sealed_body,
    expires_at
)
VALUES (
    %(tenant)s, %(service)s, %(id)s, %(mark)s, %(state)s, %(surface)s, %(kind)s, %(value_key)s, %(now)s, %(now)s,
    %(sealed_key)s, %(sealed_body)s, %(expires_at)s
)
ON CONFLICT (tenant, service, mark, surface, kind, value_key) WHERE state = 'open'
DO UPDATE SET times = guard_objection.times + 1, repeated_at = excluded.repeated_at
RETURNING id

-- name: page
-- Objections of a service in the order of their ids.
SELECT id, state, surface, kind, times, created_at, expires_at, decided_by, decided_at, sealed_key, sealed_body
FROM guard_objection
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
    AND (%(after)s::uuid IS NULL OR id > %(after)s)
    AND (%(state)s::text IS NULL OR state = %(state)s)
ORDER BY id
LIMIT %(limit)s

-- name: one
-- One objection.
SELECT id, state, surface, kind, times, created_at, expires_at, decided_by, decided_at, sealed_key, sealed_body
FROM guard_objection
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND id = %(id)s

-- name: decide
-- An objection in its last state, by whom and when.
UPDATE guard_objection SET state = %(state)s, decided_by = %(person)s, decided_at = %(now)s
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND id = %(id)s

-- name: forget
-- What was said in objections is destroyed once it is nobody's business any more.
UPDATE guard_objection SET sealed_key = NULL, sealed_body = NULL
WHERE expires_at <= %(now)s AND sealed_body IS NOT NULL
