-- name: add_lanes
-- Every lane has its row before the first case is handed out.
INSERT INTO lane_pass (tenant, service, mark, lane)
SELECT %(tenant)s, %(service)s, %(mark)s, lane FROM unnest(enum_range(NULL::lane)) AS lane
ON CONFLICT DO NOTHING

-- name: lock_lanes
-- How far each lane is from its turn, held until the claim commits, so that shares hold among many reviewers.
SELECT lane::text, pass FROM lane_pass
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
ORDER BY lane
FOR UPDATE

-- name: may_know_and_read
-- Whether the caller may know of the case `c` and something open in it is in a language of theirs, which danger needn't be.
({{tutela.access.sight.may_know_case}} AND (
    {{tutela.access.sight.languages}} IS NULL
    OR c.lane = 'danger'
    OR EXISTS (
        SELECT FROM item i
        JOIN notice n ON (n.tenant, n.service, n.id) = (i.tenant, i.service, i.notice_id)
        WHERE (i.tenant, i.service, i.case_id) = (c.tenant, c.service, c.id) AND i.decision_id IS NULL
          AND coalesce(
            split_part(lower(n.language), '-', 1) = ANY ({{tutela.access.sight.languages}}::text[]),
            true)
    )
  ))

-- name: waits_for_caller
-- Whether the case `c` has something open, is on nobody's desk, and is of a kind that the caller takes and did not hand over today.
((c.lease_until IS NULL OR c.lease_until <= %(now)s)
  AND NOT coalesce(c.handed_over_by = %(holder)s AND c.handed_over_at > clock_timestamp() - interval '12 hours', false)
  AND c.family <> ALL (%(avoided)s::text[]) AND (c.lane_rank = 0 OR c.family <> ALL (%(rested)s::text[]))
  AND EXISTS (
    SELECT FROM item i
    WHERE (i.tenant, i.service, i.case_id) = (c.tenant, c.service, c.id) AND i.decision_id IS NULL
    OFFSET 0
  ))

-- name: lease_urgent
-- Leases the one case in `urgent`, under a new token.
UPDATE case_file c SET
    lease_token = %(lease_token)s, lease_epoch = c.lease_epoch + 1, lease_holder = %(holder)s,
    lease_from = %(now)s, lease_until = %(lease_until)s
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = (SELECT id FROM urgent)
RETURNING c.id, c.lease_token, c.lease_until

-- name: lanes_with_work
-- Lanes that have a case for this caller: open, with an open item, on nobody's desk; asked in the order of the queue, so by its index.
SELECT l.lane::text FROM unnest(enum_range(NULL::lane)) WITH ORDINALITY AS l (lane, place)
WHERE CASE l.lane WHEN 'flagged' THEN (
    SELECT true FROM case_file c
    WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.mark = %(mark)s
      AND c.among_flagged AND c.closed_at IS NULL
      AND {{may_know_and_read}} AND {{waits_for_caller}}
    ORDER BY c.due_at, c.id
    LIMIT 1
) ELSE (
    SELECT true FROM case_file c
    WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.mark = %(mark)s
      AND c.lane_rank = (l.place - 1)::int2 AND c.closed_at IS NULL
      AND {{may_know_and_read}} AND {{waits_for_caller}}
    ORDER BY c.due_at, c.id
    LIMIT 1
) END

-- name: claim_case
-- Leases the case of a lane that is due first and that nobody else is writing to, under a new token.
WITH urgent AS MATERIALIZED (
    SELECT c.id FROM case_file c
    WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.mark = %(mark)s
      AND c.lane_rank = (array_position(enum_range(NULL::lane), %(lane)s::lane) - 1)::int2 AND c.closed_at IS NULL
      AND {{may_know_and_read}} AND {{waits_for_caller}}
    ORDER BY c.due_at, c.id
    LIMIT 1
    FOR NO KEY UPDATE OF c SKIP LOCKED
)
{{lease_urgent}}

-- name: claim_flagged_case
-- The same of all cases that flaggers reported, whatever their lane.
WITH urgent AS MATERIALIZED (
    SELECT c.id FROM case_file c
    WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.mark = %(mark)s
      AND c.among_flagged AND c.closed_at IS NULL
      AND {{may_know_and_read}} AND {{waits_for_caller}}
    ORDER BY c.due_at, c.id
    LIMIT 1
    FOR NO KEY UPDATE OF c SKIP LOCKED
)
{{lease_urgent}}

-- name: claim_handed_over
-- Leases the case that somebody whose day was over handed over first, to anybody but them.
WITH urgent AS MATERIALIZED (
    SELECT c.id FROM case_file c
    WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.mark = %(mark)s
      AND c.closed_at IS NULL AND c.handed_over_at IS NOT NULL
      AND {{tutela.access.sight.may_know_case}} AND {{waits_for_caller}}
    ORDER BY c.handed_over_at, c.id
    LIMIT 1
    FOR NO KEY UPDATE OF c SKIP LOCKED
)
{{lease_urgent}}

-- name: move_lanes
-- The turn that was taken.
UPDATE lane_pass p SET pass = n.pass, served = p.served + (n.lane = %(served)s)::int
FROM unnest(%(lanes)s::text[], %(passes)s::int8[]) AS n (lane, pass)
WHERE p.tenant = %(tenant)s AND p.service = %(service)s AND p.mark = %(mark)s AND p.lane = n.lane::lane

-- name: renew_lease
-- Keeps a case for its holder, as long as the lease has not run out.
UPDATE case_file c SET lease_until = %(lease_until)s
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = %(id)s AND c.mark = %(mark)s
  AND {{tutela.access.sight.may_know_case}}
  AND c.lease_token = %(lease_token)s AND c.lease_holder = %(holder)s AND c.lease_until > %(now)s
RETURNING c.lease_until

-- name: release_lease
-- Gives a case back before its lease runs out.
UPDATE case_file SET lease_token = NULL, lease_holder = NULL, lease_from = NULL, lease_until = NULL
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s AND mark = %(mark)s
  AND lease_token = %(lease_token)s AND lease_holder = %(holder)s AND lease_until > %(now)s
RETURNING id

-- name: case_is_visible
-- Whether the caller may know of a case.
SELECT c.id FROM case_file c
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = %(id)s AND c.mark = %(mark)s
  AND {{tutela.access.sight.may_know_case}}

-- name: list_cases
-- Cases that the caller may see, from a place on, in the order in which they were opened.
WITH page AS MATERIALIZED (
    SELECT c.* FROM case_file c
    WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.mark = %(mark)s AND {{tutela.access.sight.may_know_case}}
      AND (%(id)s::uuid IS NULL OR c.id = %(id)s)
      AND (%(after)s::uuid IS NULL OR c.id > %(after)s)
      AND (%(state)s::text IS NULL OR (c.closed_at IS NULL) = (%(state)s = 'open'))
    ORDER BY c.id
    LIMIT %(limit)s
)
SELECT
    c.id, c.family, c.lane::text, c.mark, c.specialist, c.due_at, c.opened_at, c.merged_at, c.closed_at,
    c.lease_until IS NOT NULL AND c.lease_until > %(now)s AS leased,
    EXISTS (
        SELECT FROM decision d
        JOIN outbox o ON (o.tenant, o.service, o.decision_id) = (d.tenant, d.service, d.id) AND o.done_at IS NULL
        WHERE (d.tenant, d.service, d.case_id) = (c.tenant, c.service, c.id)
    ) AS under_way,
    i.total, i.open
FROM page c
CROSS JOIN LATERAL (
    SELECT count(*) AS total, count(*) FILTER (WHERE decision_id IS NULL) AS open FROM item
    WHERE (item.tenant, item.service, item.case_id) = (c.tenant, c.service, c.id)
) AS i
ORDER BY c.id

-- name: items_of_case
-- The items of a case with their notices, open ones first; nothing that says who gave notice.
SELECT
    i.notice_id, i.ordinal, i.subject_kind, i.answered_at, n.channel, n.category, n.keyword, n.language, n.country, n.surface,
    n.imminent_danger, n.possible_minor, n.received_at, n.sealed_key, n.sealed_body
FROM item i
JOIN notice n ON (n.tenant, n.service, n.id) = (i.tenant, i.service, i.notice_id)
WHERE i.tenant = %(tenant)s AND i.service = %(service)s AND i.case_id = %(id)s
ORDER BY i.decision_id IS NOT NULL, i.notice_id, i.ordinal
LIMIT %(limit)s

-- name: open_items_of_case
-- The ids of what a decision can name.
SELECT notice_id, ordinal FROM item
WHERE tenant = %(tenant)s AND service = %(service)s AND case_id = %(id)s AND decision_id IS NULL
ORDER BY notice_id, ordinal
LIMIT %(limit)s

-- name: earlier_decisions
-- What was decided about the same subject before, in this case, in others that the caller may see, and among many at once.
SELECT
    d.id, d.case_id, d.decided_at, d.outcome, d.category, d.keyword, d.ground, d.guideline_version, d.sealed_key, d.sealed_body,
    d.bulk_id, d.undone_at, {{tutela.access.sight.harms}} AS known
FROM case_file shown
JOIN decision d ON (d.tenant, d.service, d.subject_key) = (shown.tenant, shown.service, shown.subject_key) AND d.mark = shown.mark
LEFT JOIN case_file c ON (c.tenant, c.service, c.id) = (d.tenant, d.service, d.case_id)
WHERE shown.tenant = %(tenant)s AND shown.service = %(service)s AND shown.id = %(id)s
  AND (c.id IS NULL OR {{tutela.access.sight.may_know_case}})
ORDER BY d.id DESC
LIMIT %(limit)s

-- name: evidence_of_case
-- What notifiers added to the notices of a case, newest first; nothing that says who they are.
SELECT e.id, e.notice_id, e.received_at, e.sealed_key, e.sealed_body
FROM evidence e
WHERE (e.tenant, e.service) = (%(tenant)s, %(service)s) AND e.notice_id IN (
    SELECT notice_id FROM item WHERE tenant = %(tenant)s AND service = %(service)s AND case_id = %(id)s
)
ORDER BY e.received_at DESC, e.id
LIMIT %(limit)s

-- name: looks_of_case
-- What detectors saw in the subject of a case, the newest look first.
SELECT l.at, l.result, l.why, l.basis, l.signals
FROM case_file c
JOIN content_look l ON (l.tenant, l.service, l.subject_key, l.mark) = (c.tenant, c.service, c.subject_key, c.mark)
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = %(id)s
ORDER BY l.at DESC, l.id DESC
LIMIT %(limit)s
