-- name: take_case
-- Leases one open case that is free, or keeps it for whoever has it already: their token stays, so that a second tab loses nothing.
UPDATE case_file c SET
    lease_token = CASE WHEN c.lease_holder = %(holder)s AND c.lease_until > %(now)s THEN c.lease_token ELSE %(lease_token)s END,
    lease_epoch = c.lease_epoch + CASE WHEN c.lease_holder = %(holder)s AND c.lease_until > %(now)s THEN 0 ELSE 1 END,
    lease_from = CASE WHEN c.lease_holder = %(holder)s AND c.lease_until > %(now)s THEN c.lease_from ELSE %(now)s END,
    lease_holder = %(holder)s, lease_until = %(lease_until)s
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = %(id)s AND c.mark = %(mark)s
  AND {{tutela.access.sight.may_know_case}} AND c.closed_at IS NULL
  AND (c.lease_until IS NULL OR c.lease_until <= %(now)s OR c.lease_holder = %(holder)s)
  AND NOT coalesce(c.handed_over_by = %(holder)s AND c.handed_over_at > clock_timestamp() - interval '12 hours', false)
RETURNING c.lease_token, c.lease_until


-- name: kind_of_case
-- What kind of harm a case is about, and whether danger is imminent.
SELECT family, lane = 'danger' FROM case_file
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s AND mark = %(mark)s

-- name: case_standing
-- Whose a case is and until when, as far as the caller may know of it.
SELECT c.closed_at, c.lease_holder = %(holder)s, c.lease_token, c.lease_until FROM case_file c
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = %(id)s AND c.mark = %(mark)s
  AND {{tutela.access.sight.may_know_case}}
