-- name: sealed_notice_of_case
-- The first notice of a case that was not erased, which names its subject; open items go first.
SELECT i.notice_id, i.ordinal, n.sealed_key, n.sealed_body
FROM case_file c
JOIN item i ON (i.tenant, i.service, i.case_id) = (c.tenant, c.service, c.id)
JOIN notice n ON (n.tenant, n.service, n.id) = (i.tenant, i.service, i.notice_id) AND n.sealed_key IS NOT NULL
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = %(id)s AND c.mark = %(mark)s
  AND (%(specialist)s OR NOT c.specialist) AND c.family = ANY (coalesce((SELECT known_families(%(tenant)s, %(service)s, %(person)s, NOT %(specialist)s)), ARRAY[c.family])) AND (ARRAY[c.subject_key, c.account_key] && (SELECT kept_from(%(tenant)s, %(service)s, %(asker)s))) IS NOT TRUE
ORDER BY i.decision_id IS NOT NULL, i.notice_id, i.ordinal
LIMIT 1
