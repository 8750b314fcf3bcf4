-- name: one_at_a_time
-- Changes of the staff of a tenant are made one after the other.
SELECT pg_advisory_xact_lock(hashtextextended('staff ' || %(tenant)s, 0))

-- name: find_person
-- A person of the staff, whether they may log in or not.
SELECT role, disabled_at FROM staff_user WHERE tenant = %(tenant)s AND name = %(name)s

-- name: other_admins
-- Other admins: whoever may log in as one, and whoever could until a week ago, so that none is shut out to be alone.
SELECT count(*) FROM staff_user
WHERE tenant = %(tenant)s AND role = 'admin' AND lower(name) <> lower(%(by)s)
AND (disabled_at IS NULL OR disabled_at > %(now)s - interval '7 days')

-- name: admins_left
-- Admins who could still log in without the person.
SELECT count(*) FROM staff_user
WHERE tenant = %(tenant)s AND role = 'admin' AND disabled_at IS NULL AND name <> %(name)s

-- name: add_change
-- A change as it was asked for, and as it stands.
INSERT INTO staff_change (
    tenant, id, kind, name, role, reason, state, proposed_by, proposed_at, ends_at, decided_at
)
VALUES (
    %(tenant)s, %(id)s, %(kind)s, %(name)s, %(role)s, %(reason)s, %(state)s, %(by)s, %(now)s, %(ends_at)s,
    CASE WHEN %(state)s = 'made' THEN %(now)s::timestamptz END
)

-- name: lock_change
-- A change, locked until the transaction ends.
SELECT kind, name, role, reason, state, proposed_by, proposed_at, ends_at FROM staff_change
WHERE tenant = %(tenant)s AND id = %(id)s
FOR UPDATE

-- name: move_change
-- What became of a change.
UPDATE staff_change SET state = %(state)s, decided_by = %(by)s, decided_at = %(now)s
WHERE tenant = %(tenant)s AND id = %(id)s

-- name: lapse_changes
-- Changes that nobody looked at in time.
UPDATE staff_change SET state = %(lapsed)s, decided_at = ends_at
WHERE tenant = %(tenant)s AND state = %(proposed)s AND ends_at <= %(now)s

-- name: open_changes
-- Changes that wait for another admin, the oldest first.
SELECT id, kind, name, role, reason, proposed_by, proposed_at, ends_at FROM staff_change
WHERE tenant = %(tenant)s AND state = 'proposed' AND ends_at > %(now)s
ORDER BY proposed_at, id

-- name: add_person
-- A person with a password that another has seen.
INSERT INTO staff_user (tenant, name, role, password_hash, password_given_at)
VALUES (%(tenant)s, %(name)s, %(role)s, %(password_hash)s, %(now)s)

-- name: give_role
-- Another role.
UPDATE staff_user SET role = %(role)s WHERE tenant = %(tenant)s AND name = %(name)s

-- name: let_return
-- The person may log in again.
UPDATE staff_user SET disabled_at = NULL WHERE tenant = %(tenant)s AND name = %(name)s

-- name: shut_out
-- The person may log in no more.
UPDATE staff_user SET disabled_at = %(now)s WHERE tenant = %(tenant)s AND name = %(name)s AND disabled_at IS NULL
RETURNING role

-- name: give_password
-- Another password, which another has seen.
UPDATE staff_user SET password_hash = %(password_hash)s, password_given_at = %(now)s, password_changed_at = %(now)s
WHERE tenant = %(tenant)s AND name = %(name)s

-- name: people
-- Everybody of the tenant's staff, with when they were last in and whether they have an authenticator.
SELECT u.name, u.role, u.created_at, u.disabled_at, u.logged_in_at, u.guesses, t.confirmed_at IS NOT NULL,
    u.password_hash IS NOT NULL
FROM staff_user u
LEFT JOIN staff_totp t ON t.tenant = u.tenant AND t.name = u.name
WHERE u.tenant = %(tenant)s
ORDER BY u.disabled_at IS NOT NULL, u.name

-- name: add_act
-- An act; who did it to whom and why is sealed.
INSERT INTO staff_act (tenant, id, event, at, sealed_key, sealed_body)
VALUES (%(tenant)s, %(id)s, %(event)s, %(at)s, %(sealed_key)s, %(sealed_body)s)

-- name: latest_acts
-- The latest acts, the newest first.
SELECT id, event, at, sealed_key, sealed_body FROM staff_act
WHERE tenant = %(tenant)s
ORDER BY at DESC, id DESC
LIMIT 50

-- name: acts_page
-- Acts older than one of them, or the newest, the newest first.
SELECT id, event, at, sealed_key, sealed_body FROM staff_act
WHERE tenant = %(tenant)s AND (%(after)s::uuid IS NULL OR id < %(after)s)
ORDER BY id DESC
LIMIT %(limit)s
