-- name: shut_surfaces
-- The surfaces whose switch is thrown now.
SELECT surface FROM guard_switch
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND state = 'shut' AND until > %(now)s
ORDER BY surface

-- name: thrown
-- Which of these surfaces are shut, each with its switch.
SELECT surface, id FROM guard_switch
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND state = 'shut'
    AND surface = ANY(%(surfaces)s)

-- name: shut
-- Surfaces are shut.
INSERT INTO guard_switch (tenant, service, mark, state, thrown_by, thrown_at, until, id, surface)
SELECT %(tenant)s, %(service)s, %(mark)s, %(state)s, %(person)s, %(now)s, %(until)s, s.id, s.surface
FROM unnest(%(ids)b::uuid[], %(surfaces)b::text[]) AS s (id, surface)

-- name: keep_switches
-- Surfaces stay shut until another time.
UPDATE guard_switch SET until = %(until)s, kept_by = %(person)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = ANY(%(ids)s)

-- name: open_switches
-- Surfaces are opened again.
UPDATE guard_switch SET state = %(state)s, ended_by = %(person)s, ended_at = %(now)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = ANY(%(ids)s)

-- name: standing
-- The surfaces that are shut, by whom, since when and until when.
SELECT surface, thrown_by, thrown_at, until, kept_by FROM guard_switch
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND state = 'shut' AND until > %(now)s
ORDER BY surface
