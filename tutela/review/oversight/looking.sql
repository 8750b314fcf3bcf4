-- name: list_oversight
-- What a second person looks at, the newest first, with what was said, sealed.
SELECT
    o.id, o.kind, o.state, o.person, o.role, o.at, o.look_by, o.case_id, o.until, o.figures, o.looked_by, o.looked_at, o.finding,
    a.sealed_key, a.sealed_body, l.id, l.sealed_key, l.sealed_body
FROM oversight o
JOIN oversight_act a ON (a.tenant, a.service, a.id) = (o.tenant, o.service, o.id)
LEFT JOIN oversight_act l ON (l.tenant, l.service, l.subject) = (o.tenant, o.service, o.id) AND l.event = 'looked_at'
WHERE o.tenant = %(tenant)s AND o.service = %(service)s AND o.mark = %(mark)s
  AND (%(id)s::uuid IS NULL OR o.id = %(id)s)
  AND (%(after)s::uuid IS NULL OR o.id < %(after)s)
  AND (%(state)s::text IS NULL OR o.state = %(state)s)
ORDER BY o.id DESC
LIMIT %(limit)s

-- name: hold_oversight
-- Whether somebody has looked and whose it is, held until the transaction ends.
SELECT state, kind, person FROM oversight
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND id = %(id)s
FOR UPDATE

-- name: keep_finding
-- Who looked, when, and what they found.
UPDATE oversight SET state = %(state)s, looked_by = %(by)s, looked_at = %(now)s, finding = %(finding)s
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND id = %(id)s

-- name: oversight_standing
-- What waits for a second person, of one service or of all.
SELECT
    count(*) FILTER (WHERE kind = 'glass'), count(*) FILTER (WHERE kind <> 'glass'), count(*) FILTER (WHERE look_by < %(now)s), min(at)
FROM oversight
WHERE state = 'open' AND mark = 'real'
  AND (%(tenant)s::text IS NULL OR tenant = %(tenant)s)
  AND (%(service)s::text IS NULL OR service = %(service)s)
