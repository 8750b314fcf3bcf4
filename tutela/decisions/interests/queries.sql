-- name: lock_declarer
-- The person, so that the same is not declared twice at once.
SELECT name FROM staff_user WHERE tenant = %(tenant)s AND lower(name) = lower(%(person)s) FOR NO KEY UPDATE

-- name: held_interest
-- What a person declared before in the same words, and that still holds.
SELECT id, kind, state, declared_at, decided, ended_at FROM interest
WHERE tenant = %(tenant)s AND service = %(service)s AND lower(person) = lower(%(person)s)
  AND kind = %(kind)s AND keys = %(keys)s AND state = 'holds'

-- name: add_interest
-- From now on a person is kept from whatever has one of these digests.
INSERT INTO interest (tenant, service, id, mark, person, kind, state, keys, declared_at)
VALUES (%(tenant)s, %(service)s, %(id)s, %(mark)s, %(person)s, %(kind)s, %(state)s, %(keys)s, %(at)s)

-- name: add_act
-- An act that a leaf commits to, with what was said, sealed.
INSERT INTO interest_act (tenant, service, id, mark, event, interest_id, person, at, sealed_key, sealed_body)
VALUES (
    %(tenant)s, %(service)s, %(id)s, %(mark)s, %(event)s, %(interest_id)s, %(person)s, %(at)s, %(sealed_key)s, %(sealed_body)s
)

-- name: give_back
-- Cases about it that the person holds are anybody else's at once.
UPDATE case_file SET lease_token = NULL, lease_holder = NULL, lease_from = NULL, lease_until = NULL
WHERE tenant = %(tenant)s AND service = %(service)s AND closed_at IS NULL AND lower(lease_holder) = lower(%(holder)s)
  AND (subject_key = ANY (%(keys)s) OR account_key = ANY (%(keys)s))

-- name: put_back_looks
-- Second looks at cases about it that lie on the person's desk wait for others.
UPDATE second_look l SET given_to = NULL, given_until = NULL
FROM case_file c
WHERE l.tenant = %(tenant)s AND l.service = %(service)s AND l.state = 'waiting' AND l.purpose <> 'gold'
  AND lower(l.given_to) = lower(%(holder)s)
  AND (c.tenant, c.service, c.id) = (l.tenant, l.service, l.case_id)
  AND (c.subject_key = ANY (%(keys)s) OR c.account_key = ANY (%(keys)s))

-- name: hide_reveals
-- Media of cases about it that the person looks at now is hidden.
UPDATE exposure_reveal r SET hidden_at = clock_timestamp()
FROM case_file c
WHERE r.tenant = %(tenant)s AND r.service = %(service)s AND lower(r.person) = lower(%(person)s)
  AND r.hidden_at IS NULL AND r.shown_until > clock_timestamp()
  AND (c.tenant, c.service, c.id) = (r.tenant, r.service, r.case_id)
  AND (c.subject_key = ANY (%(keys)s) OR c.account_key = ANY (%(keys)s))

-- name: decided_before
-- Decisions of the person about it that still hold; of those on a case, whether nobody has looked again or is about to.
SELECT d.id, d.case_id, d.decided_by, d.outcome, d.category, d.ground, NOT EXISTS (
    SELECT FROM second_look l
    WHERE (l.tenant, l.service, l.decision_id) = (d.tenant, d.service, d.id)
      AND (l.purpose = 'interest' OR (l.purpose = 'sample' AND l.state = 'waiting'))
)
FROM (
    SELECT id FROM decision
    WHERE tenant = %(tenant)s AND service = %(service)s AND subject_key = ANY (%(keys)s)
    UNION
    SELECT of_case.id FROM case_file c
    JOIN decision of_case ON (of_case.tenant, of_case.service, of_case.case_id) = (c.tenant, c.service, c.id)
    WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.account_key = ANY (%(keys)s)
) AS about
JOIN decision d ON d.tenant = %(tenant)s AND d.service = %(service)s AND d.id = about.id
WHERE d.mark = %(mark)s AND d.outcome <> 'escalate' AND d.undone_at IS NULL AND lower(d.decided_by) = lower(%(holder)s)
ORDER BY d.id

-- name: look_again
-- Each of these decisions waits for a second look by somebody else.
INSERT INTO second_look (
    tenant, service, id, mark, purpose, state, decision_id, case_id, share, drawn_at, first_by, outcome, category, ground
)
SELECT
    %(tenant)s, %(service)s, id, %(mark)s, 'interest', 'waiting', decision_id, case_id, 1, %(at)s, first_by, outcome, category, ground
FROM unnest(
    %(id)s::uuid[], %(decision_id)s::uuid[], %(case_id)s::uuid[], %(first_by)s::text[], %(outcome)s::text[], %(category)s::text[],
    %(ground)s::text[]
) AS d (id, decision_id, case_id, first_by, outcome, category, ground)

-- name: count_decided
-- How much the person had decided about it before.
UPDATE interest SET decided = %(decided)s WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s

-- name: own_interests
-- What a person declared, the newest first.
SELECT id, kind, state, declared_at, decided, ended_at FROM interest
WHERE tenant = %(tenant)s AND service = %(service)s AND lower(person) = lower(%(person)s)
  AND (%(state)s::text IS NULL OR state = %(state)s) AND (%(after)s::uuid IS NULL OR id < %(after)s)
ORDER BY id DESC
LIMIT %(limit)s

-- name: team_interests
-- That people declared something, the newest first; not what.
SELECT id, kind, state, declared_at, decided, ended_at, person, ended_by FROM interest
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
  AND (%(state)s::text IS NULL OR state = %(state)s) AND (%(after)s::uuid IS NULL OR id < %(after)s)
ORDER BY id DESC
LIMIT %(limit)s

-- name: lock_interest
-- One of them, held until the transaction ends.
SELECT id, kind, state, declared_at, decided, ended_at, person, ended_by FROM interest
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND id = %(id)s
FOR UPDATE

-- name: end_interest
-- The person is kept from it no longer.
UPDATE interest SET state = %(state)s, ended_by = %(by)s, ended_at = %(at)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s
