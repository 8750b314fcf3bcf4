-- name: sealed_notice_of_case
-- The first notice of a case that was not erased, which names its subject; open items go first.
SELECT i.notice_id, i.ordinal, n.sealed_key, n.sealed_body
FROM case_file c
JOIN item i ON (i.tenant, i.service, i.case_id) = (c.tenant, c.service, c.id)
JOIN notice n ON (n.tenant, n.service, n.id) = (i.tenant, i.service, i.notice_id) AND n.sealed_key IS NOT NULL
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = %(id)s AND c.mark = %(mark)s
  AND {{tutela.access.sight.may_know_case}}
ORDER BY i.decision_id IS NOT NULL, i.notice_id, i.ordinal
LIMIT 1
