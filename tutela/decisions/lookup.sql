-- name: statement_of_code
-- What the holder of a statement's code may read again: the statement, how it is worded, and what became of its measures.
SELECT
    s.tenant, s.service, d.mark, s.id, s.issued_at, s.delivered_at, s.sealed_key, s.sealed_body, d.id, d.sealed_key, d.sealed_body,
    d.undone_at IS NOT NULL, coalesce(m.over, false), coalesce(m.undone, false)
FROM statement s
JOIN decision d ON (d.tenant, d.service, d.id) = (s.tenant, s.service, s.decision_id)
CROSS JOIN LATERAL (
    SELECT bool_and(undone_at IS NOT NULL) AS over, bool_or(undone_why = 'undone') AS undone
    FROM measure WHERE (tenant, service, decision_id, statement_id) = (d.tenant, d.service, d.id, s.id)
) AS m
WHERE s.code_hash = %(code_hash)s AND (d.withheld_until IS NULL OR d.withheld_until <= %(now)s)
