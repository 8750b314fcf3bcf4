-- name: draw
-- A decision is drawn for a second look where chance falls below the share that is planned.
INSERT INTO second_look (
    tenant, service, id, mark, purpose, state, decision_id, case_id, share, drawn_at, first_by, outcome, category, ground
)
SELECT
    %(tenant)s, %(service)s, %(id)s, %(mark)s, 'sample', 'waiting', %(decision_id)s, %(case_id)s, plan.share, %(at)s,
    %(first_by)s, %(outcome)s, %(category)s, %(ground)s
FROM (
    SELECT coalesce((
        SELECT share FROM quality_plan
        WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s ORDER BY id DESC LIMIT 1
    ), %(usual)s) AS share
) AS plan
WHERE %(chance)s < plan.share

-- name: plan
-- What is planned now.
SELECT share, gold_share, set_by, at FROM quality_plan
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
ORDER BY id DESC LIMIT 1

-- name: add_plan
-- What is planned from now on.
INSERT INTO quality_plan (tenant, service, id, mark, share, gold_share, set_by, at, sealed_key, sealed_body)
VALUES (
    %(tenant)s, %(service)s, %(id)s, %(mark)s, %(share)s, %(gold_share)s, %(person)s, %(at)s, %(sealed_key)s, %(sealed_body)s
)

-- name: own_look
-- The look that lies on the person's desk already.
SELECT id FROM second_look
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND state = 'waiting'
  AND given_to = %(holder)s AND given_until > %(at)s
ORDER BY id LIMIT 1

-- name: give
-- The oldest look that waits goes to somebody who has had no part in its case, a conflict of interest before chance's sample.
UPDATE second_look SET given_to = %(holder)s, given_until = %(until)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = (
    SELECT l.id FROM second_look l
    JOIN case_file c ON (c.tenant, c.service, c.id) = (l.tenant, l.service, l.case_id)
    WHERE l.tenant = %(tenant)s AND l.service = %(service)s AND l.mark = %(mark)s
      AND l.state = 'waiting' AND l.purpose <> 'gold'
      AND (l.given_until IS NULL OR l.given_until <= %(at)s)
      AND {{tutela.access.sight.may_know_case}}
      AND c.family <> ALL (%(avoided)s::text[]) AND c.family <> ALL (%(rested)s::text[])
      AND NOT EXISTS (
        SELECT FROM decision d
        WHERE (d.tenant, d.service, d.case_id) = (l.tenant, l.service, l.case_id) AND lower(d.decided_by) = lower(%(holder)s)
      )
    ORDER BY l.purpose, l.drawn_at, l.id
    LIMIT 1
    FOR UPDATE OF l SKIP LOCKED
)
RETURNING id

-- name: give_gold
-- A look whose answer is known, at a case that the person had no part in and was not asked about before.
INSERT INTO second_look (
    tenant, service, id, mark, purpose, state, decision_id, case_id, share, drawn_at, first_by, outcome, category, ground,
    given_to, given_until
)
SELECT
    l.tenant, l.service, %(id)s, l.mark, 'gold', 'waiting', l.decision_id, l.case_id, 0, %(at)s, l.first_by,
    coalesce(l.right_outcome, l.outcome), CASE WHEN l.right_outcome IS NULL THEN l.category ELSE l.right_category END,
    CASE WHEN l.right_outcome IS NULL THEN l.ground ELSE l.right_ground END, %(holder)s, %(until)s
FROM second_look l
JOIN case_file c ON (c.tenant, c.service, c.id) = (l.tenant, l.service, l.case_id)
WHERE l.tenant = %(tenant)s AND l.service = %(service)s AND l.mark = %(mark)s AND l.gold_since IS NOT NULL
  AND {{tutela.access.sight.may_know_case}}
  AND lower(l.first_by) <> lower(%(holder)s)
  AND c.family <> ALL (%(avoided)s::text[]) AND c.family <> ALL (%(rested)s::text[])
  AND NOT EXISTS (
    SELECT FROM second_look other
    WHERE (other.tenant, other.service, other.decision_id) = (l.tenant, l.service, l.decision_id)
      AND (lower(other.given_to) = lower(%(holder)s) OR lower(other.settled_by) = lower(%(person)s))
  )
  AND NOT EXISTS (
    SELECT FROM decision d
    WHERE (d.tenant, d.service, d.case_id) = (l.tenant, l.service, l.case_id) AND lower(d.decided_by) = lower(%(holder)s)
  )
ORDER BY l.gold_since, l.id
LIMIT 1
RETURNING id

-- name: look
-- A look with both verdicts, for who answers, settles or reads it.
SELECT
    l.id, l.purpose, l.state, l.decision_id, l.case_id, l.drawn_at, l.first_by, l.outcome, l.category, l.ground,
    l.given_to, l.given_until, l.second_by, l.second_at, l.second_outcome, l.second_category, l.second_ground,
    l.sealed_key, l.sealed_body, l.settled_by, l.settled_at, l.right_outcome, l.right_category, l.right_ground,
    l.first_error, l.second_error, l.gold_since
FROM second_look l
JOIN case_file c ON (c.tenant, c.service, c.id) = (l.tenant, l.service, l.case_id)
WHERE l.tenant = %(tenant)s AND l.service = %(service)s AND l.mark = %(mark)s AND l.id = %(id)s
  AND {{tutela.access.sight.may_know_case}}

-- name: hold_look
-- The look, so that nobody answers or settles it twice.
SELECT id FROM second_look WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s FOR UPDATE

-- name: answer
-- What the other person found.
UPDATE second_look SET
    state = %(state)s, second_by = %(holder)s, second_at = %(at)s, second_outcome = %(outcome)s,
    second_category = %(category)s, second_ground = %(ground)s, sealed_key = %(sealed_key)s, sealed_body = %(sealed_body)s,
    settled_by = %(settled_by)s, settled_at = %(settled_at)s, first_error = %(first_error)s, second_error = %(second_error)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s

-- name: settle
-- What is right, as a lead says.
UPDATE second_look SET
    state = %(state)s, settled_by = %(person)s, settled_at = %(at)s, right_outcome = %(outcome)s,
    right_category = %(category)s, right_ground = %(ground)s, first_error = %(first_error)s, second_error = %(second_error)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s

-- name: make_gold
-- From now on others are asked about the case, and held against what is known.
UPDATE second_look SET gold_since = %(at)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s AND gold_since IS NULL

-- name: add_act
-- What a lead did, and why.
INSERT INTO quality_act (tenant, service, id, mark, event, look_id, person, at, sealed_key, sealed_body)
VALUES (
    %(tenant)s, %(service)s, %(id)s, %(mark)s, %(event)s, %(look_id)s, %(person)s, %(at)s, %(sealed_key)s, %(sealed_body)s
)

-- name: disputed
-- Looks that wait for a lead, the oldest first.
SELECT l.id, l.decision_id, l.case_id, l.second_at, l.first_by, l.second_by FROM second_look l
JOIN case_file c ON (c.tenant, c.service, c.id) = (l.tenant, l.service, l.case_id)
WHERE l.tenant = %(tenant)s AND l.service = %(service)s AND l.mark = %(mark)s AND l.state = 'disputed'
  AND l.purpose <> 'gold'
  AND {{tutela.access.sight.may_know_case}}
ORDER BY l.second_at, l.id
LIMIT %(limit)s

-- name: waiting
-- How many looks wait, since when, and how many are disputed.
SELECT
    count(*) FILTER (WHERE state = 'waiting'), min(drawn_at) FILTER (WHERE state = 'waiting'),
    count(*) FILTER (WHERE state = 'disputed'), min(second_at) FILTER (WHERE state = 'disputed')
FROM second_look
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND purpose <> 'gold'
  AND state IN ('waiting', 'disputed')

-- name: pairs
-- How often which pair of answers came from chance's sample since an instant.
SELECT outcome, second_outcome, count(*) FROM second_look
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND purpose = 'sample' AND second_at >= %(since)s
GROUP BY outcome, second_outcome

-- name: errors
-- What was wrong with decisions of the sample that are settled.
SELECT first_error, count(*) FROM second_look
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND purpose = 'sample' AND settled_at >= %(since)s
GROUP BY first_error

-- name: gold_answers
-- How the team answered what is known.
SELECT second_error, count(*) FROM second_look
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND purpose = 'gold' AND second_at >= %(since)s
GROUP BY second_error

-- name: own_answers
-- How one person answered since an instant: looks of both kinds that are settled, and of how many they were right.
SELECT count(*), count(*) FILTER (WHERE second_error = 'none') FROM second_look
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND second_by = %(holder)s
  AND settled_at >= %(since)s

-- name: not_carried_out
-- Measures that were decided since an instant, and of those older than a time how many nobody has confirmed.
SELECT count(*), count(*) FILTER (WHERE m.state IN ('decided', 'accepted', 'failed') AND d.decided_at < %(late)s)
FROM decision d
JOIN measure m ON (m.tenant, m.service, m.decision_id) = (d.tenant, d.service, d.id)
WHERE d.tenant = %(tenant)s AND d.service = %(service)s AND d.mark = %(mark)s AND d.decided_at >= %(since)s

-- name: guidelines
-- Under which versions of the guideline was decided since an instant, the newest last decision first.
SELECT guideline_version, count(*), max(decided_at) FROM decision
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND decided_at >= %(since)s
  AND guideline_version IS NOT NULL
GROUP BY guideline_version
ORDER BY max(decided_at) DESC
LIMIT 20
