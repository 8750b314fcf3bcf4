-- name: unusual
-- Whose looks since the last time that somebody looked into them are more than a threshold, by kind.
WITH seen AS MATERIALIZED (
    SELECT v.*,
        extract(hour FROM v.at AT TIME ZONE %(zone)s)::int AS hour,
        EXISTS (
            SELECT FROM decision d
            WHERE (d.tenant, d.service, d.case_id) = (v.tenant, v.service, v.case_id)
              AND d.decided_by = CASE WHEN v.is_person THEN 'person ' || v.seen_by END
        ) AS is_decided
    FROM view_noted v
    WHERE v.at > %(week_ago)s AND v.case_id IS NOT NULL AND v.is_person AND v.why <> 'lease'
), since AS (
    SELECT o.tenant, o.service, o.mark, o.person, o.kind, max(o.looked_at) AS at
    FROM oversight o
    WHERE o.looked_at > %(week_ago)s
    GROUP BY o.tenant, o.service, o.mark, o.person, o.kind
), counted AS (
    SELECT tenant, service, mark, seen_by, role, kind, count, threshold
    FROM (
        SELECT s.tenant, s.service, s.mark, s.seen_by, min(s.role) AS role, 'many_cases' AS kind,
            count(DISTINCT s.case_id) AS count, %(cases_max)s::int AS threshold
        FROM seen s
        LEFT JOIN since l ON (l.tenant, l.service, l.mark, l.person, l.kind) = (s.tenant, s.service, s.mark, s.seen_by, 'many_cases')
        WHERE s.at > %(day_ago)s AND NOT s.is_decided AND (l.at IS NULL OR s.at > l.at)
        GROUP BY s.tenant, s.service, s.mark, s.seen_by
        UNION ALL
        SELECT tenant, service, mark, seen_by, min(role), 'one_subject', max(looks), %(subject_max)s::int
        FROM (
            SELECT s.tenant, s.service, s.mark, s.seen_by, min(s.role) AS role, count(*) AS looks
            FROM seen s
            LEFT JOIN since l ON (l.tenant, l.service, l.mark, l.person, l.kind) = (s.tenant, s.service, s.mark, s.seen_by, 'one_subject')
            WHERE NOT s.is_decided AND (l.at IS NULL OR s.at > l.at)
            GROUP BY s.tenant, s.service, s.mark, s.seen_by, s.subject_key
        ) AS by_subject
        GROUP BY tenant, service, mark, seen_by
        UNION ALL
        SELECT s.tenant, s.service, s.mark, s.seen_by, min(s.role), 'at_night', count(*), %(night_max)s::int
        FROM seen s
        LEFT JOIN since l ON (l.tenant, l.service, l.mark, l.person, l.kind) = (s.tenant, s.service, s.mark, s.seen_by, 'at_night')
        WHERE (l.at IS NULL OR s.at > l.at) AND CASE WHEN %(night_from)s::int <= %(night_to)s::int
            THEN s.hour >= %(night_from)s AND s.hour < %(night_to)s
            ELSE s.hour >= %(night_from)s OR s.hour < %(night_to)s END
        GROUP BY s.tenant, s.service, s.mark, s.seen_by
    ) AS all_kinds
)
SELECT c.tenant, c.service, c.mark, c.kind, c.seen_by, c.role, c.count, c.threshold
FROM counted c
WHERE c.count > c.threshold AND NOT EXISTS (
    SELECT FROM oversight o
    WHERE (o.tenant, o.service, o.mark, o.kind, o.person) = (c.tenant, c.service, c.mark, c.kind, c.seen_by) AND o.state = 'open'
)

-- name: lead_is_there
-- Whether somebody must look at the same already.
SELECT id FROM oversight
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND kind = %(kind)s AND person = %(person)s AND state = 'open'

-- name: add_lead
-- Something unusual that a second person must look at.
INSERT INTO oversight (tenant, service, id, mark, kind, state, person, role, at, look_by, figures)
VALUES (%(tenant)s, %(service)s, %(id)s, %(mark)s, %(kind)s, %(state)s, %(person)s, %(role)s, %(now)s, %(look_by)s, %(figures)s)
