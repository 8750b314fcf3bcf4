-- name: services_with_due
-- Whose list has something that came to its time.
SELECT DISTINCT tenant, service, mark FROM guard_entry
WHERE state IN ('proposed', 'provisional', 'live', 'leaving', 'suspended')
    AND LEAST(expires_at, answer_by) <= %(now)s
UNION
SELECT tenant, service, mark FROM guard_switch WHERE state = 'shut' AND until <= %(now)s

-- name: due_entries
-- What came to its time, and whether that is its own end.
SELECT id, state, expires_at <= %(now)s FROM guard_entry
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
    AND state IN ('proposed', 'provisional', 'live', 'leaving', 'suspended')
    AND LEAST(expires_at, answer_by) <= %(now)s
ORDER BY id
FOR UPDATE

-- name: settle_entries
-- What came to its time in its next state; what is live waits for nobody.
UPDATE guard_entry SET
    state = m.state, changed_at = %(now)s, answer_by = CASE WHEN m.state <> 'live' THEN answer_by END
FROM unnest(%(ids)b::uuid[], %(states)b::text[]) AS m (id, state)
WHERE guard_entry.tenant = %(tenant)s AND guard_entry.service = %(service)s AND guard_entry.id = m.id

-- name: end_switches
-- Switches whose time is over.
UPDATE guard_switch SET state = %(state)s, ended_at = %(now)s
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
    AND state = 'shut' AND until <= %(now)s
RETURNING id, surface
