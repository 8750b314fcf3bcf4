-- name: note_view
-- A look at a case that is there, with what the case is about at that moment.
INSERT INTO view_noted (tenant, service, mark, at, seen_by, is_person, role, door, way, why, case_id, family, subject_key)
SELECT
    c.tenant, c.service, c.mark, %(at)s, %(seen_by)s, %(is_person)s, %(role)s, %(door)s, %(way)s,
    CASE WHEN c.lease_holder = %(holder)s AND c.lease_until > %(at)s THEN %(by_lease)s ELSE %(by_right)s END,
    c.id, c.family, c.subject_key
FROM case_file c
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = %(case_id)s

-- name: note_reading
-- A look at something that is no case.
INSERT INTO view_noted (tenant, service, mark, at, seen_by, is_person, role, door, way, why, what)
VALUES (
    %(tenant)s, %(service)s, %(mark)s, %(at)s, %(seen_by)s, %(is_person)s, %(role)s, %(door)s, %(way)s, %(why)s, %(what)s
)

-- name: list_views
-- Looks of a service, the newest first, of all or of one person or case.
SELECT id, at, seen_by, is_person, role, door, way, why, case_id, family, what FROM view_noted
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
  AND (%(by)s::text IS NULL OR seen_by = %(by)s)
  AND (%(is_person)s::boolean IS NULL OR is_person = %(is_person)s)
  AND (%(case_id)s::uuid IS NULL OR case_id = %(case_id)s)
  AND (%(after)s::bigint IS NULL OR id < %(after)s)
ORDER BY id DESC
LIMIT %(limit)s

-- name: forget_views
-- Looks that have been kept for long enough.
DELETE FROM view_noted WHERE at < %(before)s
