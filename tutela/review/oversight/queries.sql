-- name: add_act
-- An act that a leaf commits to, with what was said, sealed.
INSERT INTO oversight_act (tenant, service, id, mark, event, subject, person, at, sealed_key, sealed_body)
VALUES (
    %(tenant)s, %(service)s, %(id)s, %(mark)s, %(event)s, %(subject)s, %(person)s, %(at)s, %(sealed_key)s, %(sealed_body)s
)

-- name: staff
-- The people of the tenant who may see cases, with what each works on here; none where nobody said.
SELECT u.name, u.role, n.families, n.languages, n.set_by, n.set_at
FROM staff_user u
LEFT JOIN need_to_know n ON (n.tenant, n.service, n.person) = (u.tenant, %(service)s, u.name)
WHERE u.tenant = %(tenant)s AND u.disabled_at IS NULL AND u.role = ANY (%(roles)s)
ORDER BY u.name

-- name: usual_need
-- What everybody works on who has nothing of their own.
SELECT families, languages, set_by, set_at FROM need_to_know
WHERE tenant = %(tenant)s AND service = %(service)s AND person = ''

-- name: person_is_there
-- Whether a user of the tenant has this name.
SELECT role FROM staff_user WHERE tenant = %(tenant)s AND name = %(person)s AND disabled_at IS NULL

-- name: set_need
-- What a person works on from now on, or everybody without a row of their own.
INSERT INTO need_to_know (tenant, service, person, families, languages, set_by, set_at)
VALUES (%(tenant)s, %(service)s, %(person)s, %(families)s, %(languages)s, %(set_by)s, %(at)s)
ON CONFLICT (tenant, service, person) DO UPDATE SET
    families = excluded.families, languages = excluded.languages, set_by = excluded.set_by, set_at = excluded.set_at

-- name: forget_need
-- Nobody says any more what a person works on, so that their role alone decides.
DELETE FROM need_to_know
WHERE tenant = %(tenant)s AND service = %(service)s AND person = %(person)s
RETURNING person

-- name: known_of
-- What somebody works on; null where their role alone decides.
SELECT {{tutela.access.sight.harms}}
