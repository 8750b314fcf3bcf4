-- name: sent_notices
-- A sender's own notices from a place on, oldest first, or one of them: how each of their items stands, and by when it is due.
WITH page AS MATERIALIZED (
    SELECT n.* FROM notice n
    WHERE n.tenant = %(tenant)s AND n.service = %(service)s AND n.mark = %(mark)s
      AND n.sender = %(sender)s AND n.channel = ANY(%(channels)s)
      AND (%(id)s::uuid IS NULL OR n.id = %(id)s)
      AND (%(after)s::uuid IS NULL OR n.id > %(after)s)
      AND (%(state)s::text IS NULL OR (%(state)s = 'open') = EXISTS (
        SELECT FROM item i
        WHERE (i.tenant, i.service, i.notice_id) = (n.tenant, n.service, n.id) 
          AND (i.decision_id IS NULL OR EXISTS (
            SELECT FROM decision d
            WHERE (d.tenant, d.service, d.id) = (i.tenant, i.service, i.decision_id) AND d.withheld_until > now()
          ))
        OFFSET 0
      ))
    ORDER BY n.id
    LIMIT %(limit)s
)
SELECT
    n.id, n.received_at, n.due_at, n.sealed_key, n.sealed_body, (SELECT leaf_hash FROM ledger_leaf l WHERE l.fact_id = n.id OFFSET 0),
    (
        SELECT json_agg(
            json_build_object('outcome', a.outcome, 'ground', a.ground, 'automated_decision', d.automated_decision,
                'withheld', coalesce(d.withheld_until > now(), false), 'undone_at', d.undone_at)
            ORDER BY i.ordinal
        )
        FROM item i
        LEFT JOIN answer a ON (a.tenant, a.service, a.notice_id, a.ordinal) = (i.tenant, i.service, i.notice_id, i.ordinal)
        LEFT JOIN decision d ON (d.tenant, d.service, d.id) = (a.tenant, a.service, a.decision_id)
        WHERE (i.tenant, i.service, i.notice_id) = (n.tenant, n.service, n.id)
    )
FROM page n
ORDER BY n.id
