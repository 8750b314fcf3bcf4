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
