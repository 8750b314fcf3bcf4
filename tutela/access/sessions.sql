-- name: add_session
-- A session, known by the hash of its cookie, with how it stood with the person before.
INSERT INTO staff_session (
    session_hash, tenant, name, created_at, seen_at, expires_at, stage, is_strong, address, agent,
    logged_in_before, guesses_before
)
SELECT %(session_hash)s, u.tenant, u.name, %(now)s, %(now)s, %(expires_at)s, %(stage)s, %(is_strong)s,
    %(address)s, %(agent)s, u.logged_in_at, u.guesses
FROM staff_user u
WHERE u.tenant = %(tenant)s AND u.name = %(name)s AND u.disabled_at IS NULL

-- name: find_session
-- Who is logged in under a cookie, how far, with the services and the log of their tenant.
SELECT u.tenant, u.name, u.role, s.stage, s.is_strong, s.seen_at,
    ARRAY(SELECT v.service FROM service v WHERE v.tenant = u.tenant ORDER BY v.service),
    (SELECT l.log_id FROM ledger_log l WHERE l.tenant = u.tenant)
FROM staff_session s
JOIN staff_user u ON u.tenant = s.tenant AND u.name = s.name
WHERE s.session_hash = %(session_hash)s AND s.expires_at > %(now)s AND s.seen_at > %(idle_since)s
AND u.disabled_at IS NULL

-- name: note_seen
-- The session is used.
UPDATE staff_session SET seen_at = %(now)s WHERE session_hash = %(session_hash)s

-- name: end_session
-- A logout.
DELETE FROM staff_session WHERE session_hash = %(session_hash)s

-- name: sessions_of
-- The sessions of a person that are not over, the newest first.
SELECT id, session_hash = %(session_hash)s, created_at, seen_at, expires_at, address, agent, is_strong,
    logged_in_before, guesses_before
FROM staff_session
WHERE tenant = %(tenant)s AND name = %(name)s AND stage = 'whole'
AND expires_at > %(now)s AND seen_at > %(idle_since)s
ORDER BY created_at DESC, id

-- name: end_one_of
-- The end of one session of a person.
DELETE FROM staff_session WHERE tenant = %(tenant)s AND name = %(name)s AND id = %(id)s RETURNING true

-- name: end_others_of
-- The end of all sessions of a person but one.
DELETE FROM staff_session WHERE tenant = %(tenant)s AND name = %(name)s AND session_hash <> %(session_hash)s

-- name: end_all_of
-- The end of all sessions of a person.
DELETE FROM staff_session WHERE tenant = %(tenant)s AND name = %(name)s

-- name: forget_sessions
-- Sessions that are over.
DELETE FROM staff_session WHERE expires_at < %(now)s OR seen_at < %(idle_since)s
