-- name: add_version
-- A version that is asked for.
INSERT INTO rule_version (
    tenant, service, id, policy, version, title, owner, action, state, text_key, sealed_key, sealed_body, precision_min,
    proposed_by, asked_by, answer_by, created_at, changed_at, expires_at
)
VALUES (
    %(tenant)s, %(service)s, %(id)s, %(policy)s, %(version)s, %(title)s, %(owner)s, %(action)s, %(state)s, %(text_key)s,
    %(sealed_key)s, %(sealed_body)s, %(precision_min)s, %(person)s, %(person)s, %(answer_by)s, %(now)s, %(now)s,
    %(expires_at)s
)

-- name: of_policy
-- Every version of a policy that was ever asked for, the newest first.
SELECT id, version, state, text_key, proposed_by FROM rule_version
WHERE tenant = %(tenant)s AND service = %(service)s AND policy = %(policy)s
ORDER BY id DESC

-- name: lock_version
-- One version, locked until the transaction ends.
SELECT id, policy, version, state, proposed_by, asked_by FROM rule_version
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s
FOR UPDATE

-- name: in_state
-- The version of a policy that stands in one of these states, but for one.
SELECT id, state FROM rule_version
WHERE tenant = %(tenant)s AND service = %(service)s AND policy = %(policy)s AND state = ANY(%(states)s) AND id <> %(id)s
FOR UPDATE

-- name: move_version
-- A version in its next state, with who has to be answered and until when.
UPDATE rule_version SET
    state = %(state)s,
    asked_by = coalesce(%(asked_by)s::text, asked_by),
    answer_by = LEAST(%(answer_by)s::timestamptz, CASE WHEN %(answer_by)s::timestamptz IS NOT NULL THEN expires_at END),
    approved_by = coalesce(%(approved_by)s::text, approved_by),
    promoted_by = coalesce(%(promoted_by)s::text, promoted_by),
    shadow_at = CASE WHEN %(state)s = 'shadow' THEN %(now)s ELSE shadow_at END,
    live_at = CASE WHEN %(state)s = 'live' AND live_at IS NULL THEN %(now)s ELSE live_at END,
    changed_at = %(now)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s

-- name: page
-- A page of a service's versions, the newest first; in some states or in any.
SELECT id, policy, version, title, owner, action, state, precision_min, proposed_by, approved_by, promoted_by, asked_by,
    answer_by, created_at, shadow_at, live_at, expires_at
FROM rule_version
WHERE tenant = %(tenant)s AND service = %(service)s
    AND (%(states)s::text[] IS NULL OR state = ANY(%(states)s::text[]))
    AND (%(after)s::uuid IS NULL OR id < %(after)s::uuid)
    AND (%(policy)s::text IS NULL OR policy = %(policy)s::text)
ORDER BY id DESC
LIMIT %(limit)s

-- name: one
-- One version with its text.
SELECT id, policy, version, title, owner, action, state, precision_min, proposed_by, approved_by, promoted_by, asked_by,
    answer_by, created_at, shadow_at, live_at, expires_at, sealed_key, sealed_body
FROM rule_version
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s

-- name: in_force
-- What is asked about events now, over all services.
SELECT tenant, service, id, state FROM rule_version
WHERE state IN ('shadow', 'live', 'leaving') AND expires_at > %(now)s
ORDER BY id

-- name: texts
-- The sealed texts of some versions.
SELECT id, sealed_key, sealed_body FROM rule_version WHERE id = ANY(%(ids)s)

-- name: due
-- What came to its time, over all services.
SELECT DISTINCT tenant, service FROM rule_version
WHERE state IN ('proposed', 'shadow', 'live', 'leaving') AND LEAST(expires_at, answer_by) <= %(now)s
UNION
SELECT tenant, service FROM rule_switch WHERE state = 'off' AND until <= %(now)s

-- name: due_versions
-- What of a service came to its time, and whether that is its own end.
SELECT id, policy, version, state, expires_at <= %(now)s FROM rule_version
WHERE tenant = %(tenant)s AND service = %(service)s
    AND state IN ('proposed', 'shadow', 'live', 'leaving') AND LEAST(expires_at, answer_by) <= %(now)s
ORDER BY id
FOR UPDATE

-- name: promised
-- How precise each live policy is to be at least.
SELECT policy, precision_min FROM rule_version
WHERE tenant = %(tenant)s AND service = %(service)s AND state IN ('live', 'leaving')
