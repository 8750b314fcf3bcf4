-- name: lane_standings
-- How each lane stands for this caller: cases that wait, of them on a desk and past their time, the oldest; at most so many are counted.
SELECT l.lane::text, w.waiting, w.leased, w.overdue, w.oldest, w.first_due
FROM unnest(enum_range(NULL::lane)) WITH ORDINALITY AS l (lane, place)
CROSS JOIN LATERAL (
    SELECT
        count(*) AS waiting, count(*) FILTER (WHERE lease_until > %(now)s) AS leased,
        count(*) FILTER (WHERE due_at <= %(now)s) AS overdue, min(opened_at) AS oldest, min(due_at) AS first_due
    FROM (
        SELECT c.lease_until, c.due_at, c.opened_at FROM case_file c
        WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.mark = %(mark)s
          AND c.lane_rank = (l.place - 1)::int2 AND c.closed_at IS NULL
          AND {{tutela.access.sight.may_know_case}}
        ORDER BY c.due_at, c.id
        LIMIT %(counted_max)s
    ) AS first
) AS w
ORDER BY l.place

-- name: waiting_cases
-- Open cases that the caller may see, most urgent first from a place on, with why they are urgent.
WITH page AS MATERIALIZED (
    SELECT c.* FROM case_file c
    WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.mark = %(mark)s AND c.closed_at IS NULL
      AND {{tutela.access.sight.may_know_case}}
      AND (%(lane)s::text IS NULL OR c.lane_rank = (array_position(enum_range(NULL::lane), %(lane)s::lane) - 1)::int2)
      AND (%(family)s::text IS NULL OR c.family = %(family)s)
      AND (%(language)s::text IS NULL OR EXISTS (
        SELECT FROM item i
        JOIN notice n ON (n.tenant, n.service, n.id) = (i.tenant, i.service, i.notice_id)
        WHERE (i.tenant, i.service, i.case_id) = (c.tenant, c.service, c.id) AND n.language = %(language)s
      ))
      AND CASE %(state)s::text
        WHEN 'mine' THEN c.lease_holder = %(holder)s AND c.lease_until > %(now)s
        WHEN 'free' THEN c.lease_until IS NULL OR c.lease_until <= %(now)s
        WHEN 'held' THEN c.lease_until > %(now)s
        WHEN 'overdue' THEN c.due_at <= %(now)s
        ELSE true
      END
      AND (%(after_rank)s::int2 IS NULL OR (c.lane_rank, c.due_at, c.id) > (%(after_rank)s, %(after_due)s::timestamptz, %(after_id)s::uuid))
    ORDER BY c.lane_rank, c.due_at, c.id
    LIMIT %(limit)s
)
SELECT
    c.id, c.lane::text, c.lane_rank, c.family, c.subject_kind, c.specialist, c.among_flagged, c.due_at, c.opened_at, c.merged_at,
    CASE WHEN c.lease_until > %(now)s THEN c.lease_until END, c.lease_holder = %(holder)s AND c.lease_until > %(now)s,
    i.notices, coalesce(i.minor, false), coalesce(i.danger, false), i.languages, c.handed_over_at IS NOT NULL
FROM page c
CROSS JOIN LATERAL (
    SELECT
        count(DISTINCT n.id) AS notices, bool_or(n.possible_minor) AS minor, bool_or(n.imminent_danger) AS danger,
        array_agg(DISTINCT n.language) FILTER (WHERE n.language IS NOT NULL) AS languages
    FROM item
    JOIN notice n ON (n.tenant, n.service, n.id) = (item.tenant, item.service, item.notice_id)
    WHERE (item.tenant, item.service, item.case_id) = (c.tenant, c.service, c.id) AND item.decision_id IS NULL
) AS i
ORDER BY c.lane_rank, c.due_at, c.id
