-- name: flagger_figures
-- What each sender over a channel of those who flag by calling reported in a period, and what became of it; probes left out.
SELECT
    n.channel, n.sender, count(DISTINCT n.id), count(*), count(a.outcome),
    count(*) FILTER (WHERE a.outcome = 'act'), count(*) FILTER (WHERE a.outcome = 'dismiss'),
    count(*) FILTER (WHERE i.decision_id IS NULL), count(*) FILTER (WHERE i.decision_id IS NULL AND n.due_at < %(now)s),
    count(DISTINCT n.id) FILTER (WHERE cardinality(n.article_16_missing) > 0),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM a.answered_at - n.received_at) / 3600)
FROM notice n
JOIN item i ON (i.tenant, i.service, i.notice_id) = (n.tenant, n.service, n.id)
LEFT JOIN answer a ON (a.tenant, a.service, a.notice_id, a.ordinal) = (i.tenant, i.service, i.notice_id, i.ordinal)
WHERE n.tenant = %(tenant)s AND n.service = %(service)s AND n.mark = 'real'
  AND n.channel IN ('trusted_flagger', 'hotline', 'authority', 'researcher')
  AND (%(start)s::timestamptz IS NULL OR n.received_at >= %(start)s)
  AND (%(end)s::timestamptz IS NULL OR n.received_at < %(end)s)
GROUP BY n.channel, n.sender
ORDER BY n.channel, n.sender
