-- name: lanes
-- The open cases of each lane: how many, how many past their time, how many somebody works on, and since when the oldest waits.
SELECT
    l.lane::text, count(c.id), count(c.id) FILTER (WHERE c.due_at < %(now)s), count(c.id) FILTER (WHERE c.lease_until > %(now)s),
    min(c.opened_at), min(c.due_at)
FROM unnest(enum_range(NULL::lane)) WITH ORDINALITY AS l (lane, place)
LEFT JOIN case_file c ON c.tenant = %(tenant)s AND c.service = %(service)s AND c.mark = 'real'
  AND c.lane_rank = (l.place - 1)::int2 AND c.closed_at IS NULL
GROUP BY l.lane, l.place
ORDER BY l.place

-- name: first_opened
-- When the first case of a service was opened.
SELECT opened_at FROM case_file
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = 'real'
ORDER BY opened_at
LIMIT 1

-- name: opened_by_slot
-- Cases that were opened in each of the last slots, 0 being the newest.
SELECT floor(extract(epoch FROM %(now)s - opened_at) / %(slot_seconds)s)::int, count(*)
FROM case_file
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = 'real' AND opened_at > %(from)s AND opened_at <= %(now)s
GROUP BY 1

-- name: closed_by_slot
-- Cases that were closed in each of the last slots, 0 being the newest.
SELECT floor(extract(epoch FROM %(now)s - closed_at) / %(slot_seconds)s)::int, count(*)
FROM case_file
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = 'real' AND closed_at > %(from)s AND closed_at <= %(now)s
GROUP BY 1

-- name: waits
-- How long the cases took that were opened since an instant: seconds to the first look and to the decision, those that wait still counted as endless; cases that never waited for anybody are left out, since a decision about many made them.
WITH waited AS MATERIALIZED (
    SELECT
        lane_rank,
        CASE WHEN looked_at IS NULL THEN 'Infinity'::float8 ELSE extract(epoch FROM looked_at - opened_at)::float8 END AS look,
        CASE WHEN closed_at IS NULL THEN 'Infinity'::float8 ELSE extract(epoch FROM closed_at - opened_at)::float8 END AS action
    FROM case_file
    WHERE tenant = %(tenant)s AND service = %(service)s AND mark = 'real' AND opened_at > %(from)s AND opened_at <= %(now)s
      AND (closed_at IS NULL OR looked_at IS NOT NULL)
)
SELECT
    (enum_range(NULL::lane))[lane_rank + 1]::text, count(*),
    percentile_disc(%(quantiles)s::float8[]) WITHIN GROUP (ORDER BY look),
    percentile_disc(%(quantiles)s::float8[]) WITHIN GROUP (ORDER BY action)
FROM waited
GROUP BY GROUPING SETS ((lane_rank), ())
ORDER BY lane_rank NULLS FIRST

-- name: network_runs
-- Searches for networks by how they stand: waiting, searching, and come to no end within the last day.
SELECT
    count(*) FILTER (WHERE state = 'asked'), count(*) FILTER (WHERE state = 'running'),
    count(*) FILTER (WHERE state = 'failed' AND ended_at > %(now)s - interval '1 day'),
    count(*) FILTER (WHERE state = 'done' AND ended_at > %(now)s - interval '1 day'),
    min(asked_at) FILTER (WHERE state IN ('asked', 'running'))
FROM network_run
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = 'real'
