-- name: find_identity
-- The person whom a provider means by a subject.
SELECT u.name, u.role, u.disabled_at FROM staff_identity i
JOIN staff_user u ON u.tenant = i.tenant AND u.name = i.name
WHERE i.tenant = %(tenant)s AND i.issuer = %(issuer)s AND i.subject = %(subject)s

-- name: is_name_taken
-- Whether somebody has the name, however it is written.
SELECT true FROM staff_user WHERE tenant = %(tenant)s AND lower(name) = lower(%(name)s)

-- name: add_person
-- A person without a password: they log in at the provider.
INSERT INTO staff_user (tenant, name, role) VALUES (%(tenant)s, %(name)s, %(role)s)

-- name: add_identity
-- From now on the provider means this person by the subject.
INSERT INTO staff_identity (tenant, issuer, subject, name, made_at)
VALUES (%(tenant)s, %(issuer)s, %(subject)s, %(name)s, %(now)s)

-- name: give_role
-- The role that the provider says.
UPDATE staff_user SET role = %(role)s WHERE tenant = %(tenant)s AND name = %(name)s
