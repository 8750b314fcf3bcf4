-- name: sealed_notice_of_case
-- The first notice of a case that was not erased, which names its subject; open items go first.
SELECT i.notice_id, i.ordinal, n.sealed_key, n.sealed_body
FROM item i
JOIN notice n ON (n.tenant, n.service, n.id) = (i.tenant, i.service, i.notice_id) AND n.sealed_key IS NOT NULL
WHERE i.tenant = %(tenant)s AND i.service = %(service)s AND i.case_id = %(id)s
ORDER BY i.decision_id IS NOT NULL, i.notice_id, i.ordinal
LIMIT 1
