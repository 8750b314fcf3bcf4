-- name: canary_routes
-- Every route's last probe, and the last one that came through to the end.
SELECT DISTINCT ON (channel, door) channel, door, issued_at, fault,
    max(proven_at) FILTER (WHERE told_at IS NOT NULL) OVER (PARTITION BY channel, door)
FROM canary
WHERE tenant = %(tenant)s AND service = %(service)s
ORDER BY channel, door, issued_at DESC

-- name: outbox_state
-- Instructions to the platform: waiting, given up, and since when the oldest waits.
SELECT
    count(*) FILTER (WHERE done_at IS NULL AND dead_at IS NULL), count(*) FILTER (WHERE dead_at IS NOT NULL AND done_at IS NULL),
    min(created_at) FILTER (WHERE done_at IS NULL AND dead_at IS NULL)
FROM outbox
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = 'real' AND done_at IS NULL
  AND (withheld_until IS NULL OR withheld_until <= %(now)s)

-- name: filings
-- Statements of reasons that the Transparency Database has not, by what they wait for, and since when the oldest is due.
SELECT d.count, w.held, w.refused, d.oldest_at
FROM (
    SELECT count(*), min(issued_at) AS oldest_at FROM statement
    WHERE tenant = %(tenant)s AND service = %(service)s AND filing_state = 'due'
) AS d, (
    SELECT count(*) FILTER (WHERE filing_state = 'held') AS held, count(*) FILTER (WHERE filing_state = 'refused') AS refused
    FROM statement
    WHERE tenant = %(tenant)s AND service = %(service)s AND filing_state IN ('held', 'refused')
) AS w

-- name: withheld
-- Decisions of which nobody is told yet, by the basis: how many, since when the oldest, and when the last of them ends.
SELECT withheld_basis, count(*), min(decided_at), max(withheld_until)
FROM decision
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = 'real' AND withheld_until > %(now)s
GROUP BY 1
ORDER BY 1

-- name: ledger_state
-- The newest head, the size of the log, and since when the oldest fact waits for its place.
SELECT g.log_id, g.size, h.at, encode(h.root, 'hex'), (SELECT min(at) FROM ledger_leaf l WHERE l.tenant = g.tenant AND l.leaf_index IS NULL)
FROM ledger_log g
LEFT JOIN LATERAL (SELECT at, root FROM ledger_head h WHERE h.tenant = g.tenant ORDER BY size DESC, at DESC LIMIT 1) AS h ON true
WHERE g.tenant = %(tenant)s

-- name: processes
-- Who was heard of, and when last.
SELECT kind, count(*) FILTER (WHERE beat_at > %(now)s - interval '15 seconds'), max(beat_at) FROM process_beat GROUP BY kind ORDER BY kind

-- name: queue_state
-- The open cases of a service: how many, how many past their time, and since when the oldest waits.
SELECT count(*), count(*) FILTER (WHERE due_at < %(now)s), min(opened_at), count(*) FILTER (WHERE lease_until > %(now)s)
FROM case_file
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = 'real' AND closed_at IS NULL

-- name: arrivals
-- Real notices of the last hour, minute by minute.
SELECT date_trunc('minute', received_at), count(*)
FROM notice
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = 'real' AND id >= %(hour_ago_id)s
GROUP BY 1
ORDER BY 1
