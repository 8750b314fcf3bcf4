-- name: off
-- What is switched off now, over all services.
SELECT tenant, service, policy FROM rule_switch WHERE state = 'off' AND until > %(now)s

-- name: thrown
-- The switch of a policy, where it is thrown.
SELECT id FROM rule_switch
WHERE tenant = %(tenant)s AND service = %(service)s AND state = 'off' AND policy = %(policy)s
FOR UPDATE

-- name: throw
-- A policy, or every one, is off.
INSERT INTO rule_switch (tenant, service, id, policy, state, thrown_by, thrown_at, until)
VALUES (%(tenant)s, %(service)s, %(id)s, %(policy)s, %(state)s, %(person)s, %(now)s, %(until)s)

-- name: keep
-- It stays off until another time.
UPDATE rule_switch SET until = %(until)s, kept_by = %(person)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s

-- name: turn_on
-- It is on again.
UPDATE rule_switch SET state = %(state)s, ended_by = %(person)s, ended_at = %(now)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s

-- name: standing
-- What is off of a service, by whom, since when and until when.
SELECT policy, thrown_by, thrown_at, until, kept_by FROM rule_switch
WHERE tenant = %(tenant)s AND service = %(service)s AND state = 'off' AND until > %(now)s
ORDER BY policy

-- name: end_due
-- Switches whose time is over.
UPDATE rule_switch SET state = %(state)s, ended_at = %(now)s
WHERE tenant = %(tenant)s AND service = %(service)s AND state = 'off' AND until <= %(now)s
RETURNING id, policy

-- name: known_policy
-- Whether the service keeps a policy of this name.
SELECT EXISTS (
    SELECT FROM rule_version
    WHERE tenant = %(tenant)s AND service = %(service)s AND policy = %(policy)s AND state IN ('shadow', 'live', 'leaving')
)
