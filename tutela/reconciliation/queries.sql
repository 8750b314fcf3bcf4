-- name: totals
-- Received, open and answered items of real notices, per channel, category, language and surface.
SELECT
    n.tenant, n.service, n.channel, n.category, coalesce(n.language, ''), coalesce(n.surface, ''),
    sum(n.item_count), coalesce(sum(i.open), 0), coalesce(sum(i.answered), 0)
FROM notice n
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE decision_id IS NULL) AS open, count(*) FILTER (WHERE decision_id IS NOT NULL) AS answered
    FROM item WHERE (item.tenant, item.service, item.notice_id) = (n.tenant, n.service, n.id)
) AS i ON true
WHERE n.mark = 'real'
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY 1, 2, 3, 4, 5, 6

-- name: flagger_queues
-- Notices of those who flag by calling that wait for an answer: how many, how many past their time, and the oldest.
SELECT n.tenant, n.service, n.channel, count(*), count(*) FILTER (WHERE n.due_at < %(now)s), min(n.received_at)
FROM notice n
WHERE n.mark = 'real' AND n.channel IN ('trusted_flagger', 'hotline', 'authority', 'researcher')
  AND EXISTS (
    SELECT FROM item i
    WHERE (i.tenant, i.service, i.notice_id) = (n.tenant, n.service, n.id) AND i.decision_id IS NULL
  )
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3

-- name: keep_run
-- The last reconciliation, for those who ask how things stand.
INSERT INTO reconciliation_run (id, at, seconds, ok, report) VALUES (%(id)s, %(at)s, %(seconds)s, %(ok)s, %(report)s)

-- name: last_run
-- How things stood when last reconciled.
SELECT at, seconds, report FROM reconciliation_run ORDER BY at DESC LIMIT 1

-- name: forget_runs
-- A week of reconciliations is kept, and the newest for ever.
DELETE FROM reconciliation_run WHERE at < %(before)s AND at < (SELECT max(at) FROM reconciliation_run)
