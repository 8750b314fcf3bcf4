-- name: claim_left
-- Items of an incident that no replay has brought back, held until the transaction ends; those that another replay holds are its own.
SELECT e.notice_id, e.ordinal FROM incident_item e
WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.incident_id = %(incident_id)s AND e.replayed_at IS NULL
ORDER BY e.notice_id, e.ordinal
LIMIT %(limit)s
FOR UPDATE OF e SKIP LOCKED

-- name: lock_cases
-- The cases in which those of them wait that are open, in the order in which intake holds cases: nobody decides, claims or merges meanwhile.
SELECT c.id FROM case_file c
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.id IN (
    SELECT i.case_id FROM unnest(%(notice_ids)s::uuid[], %(ordinals)s::int2[]) AS named (notice_id, ordinal)
    JOIN item i ON i.tenant = %(tenant)s AND i.service = %(service)s AND (i.notice_id, i.ordinal) = (named.notice_id, named.ordinal)
    WHERE i.decision_id IS NULL
)
ORDER BY c.subject_key, c.family, c.mark, c.id
FOR UPDATE

-- name: items_left
-- How those items stand now, and what their notices say; the words only of those that were answered.
SELECT
    i.notice_id, i.ordinal, i.decision_id, i.answered_at, n.channel, n.category, n.keyword, n.imminent_danger, n.possible_minor,
    n.received_at, i.case_id,
    CASE WHEN i.decision_id IS NOT NULL THEN n.sealed_key END, CASE WHEN i.decision_id IS NOT NULL THEN n.sealed_body END
FROM unnest(%(notice_ids)s::uuid[], %(ordinals)s::int2[]) AS named (notice_id, ordinal)
JOIN item i ON i.tenant = %(tenant)s AND i.service = %(service)s AND (i.notice_id, i.ordinal) = (named.notice_id, named.ordinal)
JOIN notice n ON (n.tenant, n.service, n.id) = (i.tenant, i.service, i.notice_id)
ORDER BY i.notice_id, i.ordinal

-- name: gather_cases
-- The open cases to which the items belong by the rules of today, opened where there are none, on nobody's desk.
INSERT INTO case_file (
    tenant, service, id, family, subject_kind, subject_key, mark, lane, due_at, specialist, flagged, opened_at, merged_at
)
SELECT
    c.tenant, c.service, min(r.new_id::text)::uuid, r.family, min(c.subject_kind), c.subject_key, 'real', min(r.lane::lane), min(r.due_at),
    bool_or(r.specialist), bool_or(r.flagged), %(now)s, %(now)s
FROM unnest(
    %(notice_ids)s::uuid[], %(ordinals)s::int2[], %(families)s::text[], %(lanes)s::text[], %(due_ats)s::timestamptz[],
    %(specialists)s::bool[], %(flagged)s::bool[], %(new_ids)s::uuid[]
) AS r (notice_id, ordinal, family, lane, due_at, specialist, flagged, new_id)
JOIN item i ON i.tenant = %(tenant)s AND i.service = %(service)s AND (i.notice_id, i.ordinal) = (r.notice_id, r.ordinal)
JOIN case_file c ON (c.tenant, c.service, c.id) = (i.tenant, i.service, i.case_id)
GROUP BY c.tenant, c.service, c.subject_key, r.family
ORDER BY c.subject_key, r.family
ON CONFLICT (tenant, service, subject_key, family, mark) WHERE closed_at IS NULL DO UPDATE SET
    lease_token = NULL, lease_holder = NULL, lease_from = NULL, lease_until = NULL
RETURNING id

-- name: move_items
-- Each open item goes to the case of its subject and harm; most are there.
UPDATE item i SET case_id = t.id
FROM unnest(%(notice_ids)s::uuid[], %(ordinals)s::int2[], %(families)s::text[]) AS r (notice_id, ordinal, family)
JOIN item was ON was.tenant = %(tenant)s AND was.service = %(service)s AND (was.notice_id, was.ordinal) = (r.notice_id, r.ordinal)
JOIN case_file c ON (c.tenant, c.service, c.id) = (was.tenant, was.service, was.case_id)
JOIN case_file t ON (t.tenant, t.service, t.subject_key) = (c.tenant, c.service, c.subject_key)
  AND t.family = r.family AND t.mark = 'real' AND t.closed_at IS NULL
WHERE (i.tenant, i.service, i.notice_id, i.ordinal) = (was.tenant, was.service, was.notice_id, was.ordinal)
  AND i.decision_id IS NULL AND i.case_id <> t.id

-- name: what_cases_hold
-- What all items of some cases say that places them, and whether somebody handed the case to specialists.
SELECT
    i.case_id, n.channel, n.category, n.keyword, n.imminent_danger, n.possible_minor, min(n.received_at),
    EXISTS (
        SELECT FROM decision d
        WHERE (d.tenant, d.service, d.case_id) = (i.tenant, i.service, i.case_id) AND d.outcome = 'escalate'
    )
FROM item i
JOIN notice n ON (n.tenant, n.service, n.id) = (i.tenant, i.service, i.notice_id)
WHERE i.tenant = %(tenant)s AND i.service = %(service)s AND i.case_id = ANY(%(case_ids)s)
GROUP BY i.tenant, i.service, i.case_id, n.channel, n.category, n.keyword, n.imminent_danger, n.possible_minor

-- name: place_cases
-- Each case waits where intake would have put it.
UPDATE case_file c SET lane = p.lane::lane, due_at = p.due_at, specialist = p.specialist, flagged = p.flagged
FROM unnest(
    %(case_ids)s::uuid[], %(lanes)s::text[], %(due_ats)s::timestamptz[], %(specialists)s::bool[], %(flagged)s::bool[]
) AS p (id, lane, due_at, specialist, flagged)
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = p.id

-- name: close_emptied_cases
-- Cases that nothing waits in any more.
UPDATE case_file c SET closed_at = %(now)s, lease_token = NULL, lease_holder = NULL, lease_from = NULL, lease_until = NULL
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = ANY(%(case_ids)s) AND c.closed_at IS NULL
  AND NOT EXISTS (
    SELECT FROM item i WHERE (i.tenant, i.service, i.case_id) = (c.tenant, c.service, c.id) AND i.decision_id IS NULL
  )

-- name: mark_requeued
-- What waits again, and whether elsewhere than at the opening.
UPDATE incident_item e SET
    replayed_at = %(now)s, replayed_as = 'requeued',
    moved = (e.lane, e.family, e.specialist, coalesce(e.due_at, c.due_at)) IS DISTINCT FROM (c.lane, c.family, c.specialist, c.due_at)
FROM unnest(%(notice_ids)s::uuid[], %(ordinals)s::int2[]) AS named (notice_id, ordinal)
JOIN item i ON i.tenant = %(tenant)s AND i.service = %(service)s AND (i.notice_id, i.ordinal) = (named.notice_id, named.ordinal)
JOIN case_file c ON (c.tenant, c.service, c.id) = (i.tenant, i.service, i.case_id)
WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.incident_id = %(incident_id)s
  AND (e.notice_id, e.ordinal) = (i.notice_id, i.ordinal) AND e.replayed_at IS NULL

-- name: mark_answered
-- What became of items that were answered: a new notice, or nothing.
UPDATE incident_item e SET replayed_at = %(now)s, replayed_as = made.made, reopened_as = made.reopened_as
FROM unnest(
    %(notice_ids)s::uuid[], %(ordinals)s::int2[], %(mades)s::text[], %(reopened_as)s::uuid[]
) AS made (notice_id, ordinal, made, reopened_as)
WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.incident_id = %(incident_id)s
  AND (e.notice_id, e.ordinal) = (made.notice_id, made.ordinal) AND e.replayed_at IS NULL

-- name: lock_incident
-- An incident that is not made good yet, held until the transaction ends, and whether something of it is left.
SELECT EXISTS (
    SELECT FROM incident_item e
    WHERE (e.tenant, e.service, e.incident_id) = (n.tenant, n.service, n.id) AND e.replayed_at IS NULL
)
FROM incident n
WHERE n.tenant = %(tenant)s AND n.service = %(service)s AND n.id = %(incident_id)s AND n.replayed_at IS NULL
FOR UPDATE OF n

-- name: count_made
-- What a replay made of the items, all together.
SELECT e.replayed_as, count(*), count(*) FILTER (WHERE e.moved) FROM incident_item e
WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.incident_id = %(incident_id)s
GROUP BY e.replayed_as

-- name: finish_replay
-- Everything of an incident waits again or was found answered.
UPDATE incident SET replayed_at = %(at)s, replayed = %(replayed)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(incident_id)s AND replayed_at IS NULL
