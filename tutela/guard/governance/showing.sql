-- name: page
-- Entries of a service in the order of their ids, and whether each has its effect now.
SELECT
    id, batch_id, kind, verdict, form, languages, surfaces, network, sealed_key, state,
    expires_at > %(now)s AND (
        state IN ('live', 'leaving')
        OR (state = 'provisional' AND answer_by > %(now)s)
        OR (state = 'suspended' AND answer_by <= %(now)s)
    ),
    proposed_by, approved_by, asked_by, answer_by, created_at, expires_at, sealed_body
FROM guard_entry
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
    AND (%(after)s::uuid IS NULL OR id > %(after)s)
    AND (%(states)s::text[] IS NULL OR state = ANY(%(states)s))
    AND (%(batch)s::uuid IS NULL OR batch_id = %(batch)s)
ORDER BY id
LIMIT %(limit)s

-- name: one
-- One entry, and whether it has its effect now.
SELECT
    id, batch_id, kind, verdict, form, languages, surfaces, network, sealed_key, state,
    expires_at > %(now)s AND (
        state IN ('live', 'leaving')
        OR (state = 'provisional' AND answer_by > %(now)s)
        OR (state = 'suspended' AND answer_by <= %(now)s)
    ),
    proposed_by, approved_by, asked_by, answer_by, created_at, expires_at, sealed_body
FROM guard_entry
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND id = %(id)s

-- name: counts
-- How many entries stand in each state.
SELECT state, count(*) FROM guard_entry
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
GROUP BY state
