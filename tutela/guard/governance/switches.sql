-- name: shut_surfaces
-- The surfaces whose switch is thrown now.
SELECT surface FROM guard_switch
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND state = 'shut' AND until > %(now)s
ORDER BY surface
