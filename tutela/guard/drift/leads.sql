-- name: places_listing
-- Whose guard lists words now, and was not looked at lately.
SELECT DISTINCT e.tenant, e.service, e.mark FROM guard_entry e
WHERE e.kind IN ('text', 'tag') AND e.state IN ('live', 'leaving', 'provisional') AND e.expires_at > %(now)s
  AND NOT EXISTS (
    SELECT FROM guard_drift_round r
    WHERE r.tenant = e.tenant AND r.service = e.service AND r.mark = e.mark AND r.next_at > %(now)s
  )
ORDER BY e.tenant, e.service, e.mark

-- name: begin_round
-- A round that nobody else does now; no row where another process has it or did it.
INSERT INTO guard_drift_round AS r (tenant, service, mark, next_at)
VALUES (%(tenant)s, %(service)s, %(mark)s, %(next_at)s)
ON CONFLICT (tenant, service, mark) DO UPDATE SET next_at = excluded.next_at WHERE r.next_at <= %(now)s
RETURNING tenant

-- name: end_round
-- When uses were looked through, and how long that took.
UPDATE guard_drift_round SET looked_at = %(now)s, seconds = %(seconds)s
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s

-- name: last_round
-- When uses were last looked through, and how long that took.
SELECT looked_at, seconds FROM guard_drift_round WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s

-- name: keep_leads
-- Leads that were found, each once for its value; one that was judged keeps its state, and returns to a person after its rest.
INSERT INTO guard_lead AS l (tenant, service, mark, id, value_key, state, score, evidence, found_at, seen_at)
SELECT %(tenant)s, %(service)s, %(mark)s, f.id, f.value_key, %(open)s, f.score, f.evidence::jsonb, %(now)s, %(now)s
FROM unnest(%(ids)b::uuid[], %(value_keys)b::bytea[], %(scores)b::float8[], %(evidences)b::text[]) AS f (id, value_key, score, evidence)
ORDER BY f.value_key
ON CONFLICT (tenant, service, mark, value_key) DO UPDATE SET
    score = excluded.score, evidence = excluded.evidence, seen_at = excluded.seen_at,
    state = CASE WHEN l.state = ANY(%(returning)s) AND l.decided_at <= %(rested)s THEN excluded.state ELSE l.state END

-- name: mark_listed
-- Leads whose value is listed by now.
UPDATE guard_lead SET state = %(listed_state)s, decided_at = %(now)s
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND value_key = ANY(%(listed)b) AND state = ANY(%(before)s)

-- name: show_leads
-- Leads with what their values say, the surest first, after a place in that order.
SELECT l.id, l.state, l.score, l.evidence, l.found_at, l.seen_at, l.decided_by, l.decided_at, l.entry_id, v.kind, v.value_key, v.sealed_key, v.sealed_body
FROM guard_lead l
JOIN guard_value v ON v.tenant = l.tenant AND v.service = l.service AND v.mark = l.mark AND v.value_key = l.value_key
WHERE l.tenant = %(tenant)s AND l.service = %(service)s AND l.mark = %(mark)s AND v.sealed_body IS NOT NULL
  AND (%(state)s::text IS NULL OR l.state = %(state)s) AND (l.state <> %(open)s OR l.seen_at > %(fresh_since)s)
  AND (%(id)s::uuid IS NULL OR l.id = %(id)s)
  AND (%(after)s::uuid IS NULL OR (-l.score, l.id) > (
    SELECT -a.score, a.id FROM guard_lead a WHERE a.tenant = %(tenant)s AND a.service = %(service)s AND a.mark = %(mark)s AND a.id = %(after)s
  ))
ORDER BY -l.score, l.id
LIMIT %(limit)s

-- name: hold_lead
-- One lead, held until the transaction ends.
SELECT state FROM guard_lead WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND id = %(id)s FOR UPDATE

-- name: decide_lead
-- What a person made of a lead.
UPDATE guard_lead SET state = %(state)s, decided_by = %(person)s, decided_at = %(now)s, entry_id = %(entry_id)s
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND id = %(id)s

-- name: forget_leads
-- Leads that have not risen for as long as uses are kept.
DELETE FROM guard_lead WHERE seen_at < %(before)s
