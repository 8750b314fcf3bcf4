-- name: find_service
-- A service of a tenant with the tenant's log; the first one where none is named.
SELECT s.service, l.log_id
FROM service s
JOIN ledger_log l ON l.tenant = s.tenant
WHERE s.tenant = %(tenant)s AND (%(service)s::text IS NULL OR s.service = %(service)s)
ORDER BY s.service
LIMIT 1
