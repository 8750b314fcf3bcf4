-- name: case_to_open
-- The harm of a case of the service, and whether the caller sees it anyway.
SELECT c.family, {{tutela.access.sight.work_covers_case}}
FROM case_file c
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.mark = %(mark)s AND c.id = %(id)s
  AND {{tutela.access.sight.not_near_case}}
FOR SHARE

-- name: running_opening
-- What is open to a person now.
SELECT id, case_id, at, until, look_by FROM oversight
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND person = %(person)s AND kind = 'glass' AND until > %(now)s
ORDER BY at DESC
LIMIT 1

-- name: open_case
-- A case is open to a person until a time; somebody must look at that.
INSERT INTO oversight (tenant, service, id, mark, kind, state, person, role, at, look_by, case_id, until, figures)
VALUES (
    %(tenant)s, %(service)s, %(id)s, %(mark)s, %(kind)s, %(state)s, %(person)s, %(role)s, %(now)s, %(look_by)s, %(case_id)s,
    %(until)s, '{}'
)
RETURNING id, case_id, at, until, look_by
