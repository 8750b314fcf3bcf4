-- name: keys_of_case
-- By which digests a case is known: its subject's and its account's, as far as the caller may know of it.
SELECT c.subject_key, c.account_key, c.family FROM case_file c
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = %(id)s AND c.mark = %(mark)s
  AND {{tutela.access.sight.may_know_case}}

-- name: account_told
-- What the platform said of an account.
SELECT created_on, country, minor, language, at FROM platform_account
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND subject_key = %(account_key)s

-- name: decided_around
-- How often what is about an account was decided, by outcome, in cases that the caller may see and on the account itself among many.
SELECT d.outcome, count(*), max(d.decided_at), count(*) FILTER (WHERE d.undone_at IS NOT NULL)
FROM (
    SELECT d.outcome, d.decided_at, d.undone_at FROM case_file c
    JOIN decision d ON (d.tenant, d.service, d.case_id) = (c.tenant, c.service, c.id)
    WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.account_key = %(account_key)s AND c.mark = %(mark)s
      AND {{tutela.access.sight.may_know_case}}
    UNION ALL
    SELECT d.outcome, d.decided_at, d.undone_at FROM decision d
    WHERE d.tenant = %(tenant)s AND d.service = %(service)s AND d.subject_key = %(account_key)s AND d.mark = %(mark)s AND d.case_id IS NULL
    LIMIT %(counted_max)s
) AS d
GROUP BY d.outcome
ORDER BY d.outcome

-- name: networks_around
-- Groups that searches found the account in and that have nobody whom the caller knows, the newest first, and as which of their leads.
SELECT n.id, l.id, n.state, n.members FROM network_lead l
JOIN network_case n ON (n.tenant, n.service, n.id) = (l.tenant, l.service, l.case_id)
WHERE l.tenant = %(tenant)s AND l.service = %(service)s AND l.account_key = %(account_key)s AND l.mark = %(mark)s
  AND {{tutela.access.sight.not_near_network}}
ORDER BY n.id DESC
LIMIT %(limit)s

-- name: measures_around
-- Measures on what a case is about that hold or are under way, the newest first.
SELECT m.kind, m.state, m.until, d.decided_at
FROM decision d
JOIN measure m ON (m.tenant, m.service, m.decision_id) = (d.tenant, d.service, d.id)
WHERE d.tenant = %(tenant)s AND d.service = %(service)s AND d.subject_key = %(subject_key)s AND d.mark = %(mark)s AND m.undone_at IS NULL
ORDER BY d.decided_at DESC, m.id
LIMIT %(limit)s

-- name: open_beside
-- Open cases beside one that the caller may see: of the same account, or with the same entry of a list in it.
WITH beside AS (
    SELECT c.id, true AS of_account, false AS of_entry FROM (
        SELECT c.id FROM case_file c
        WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.account_key = %(account_key)s AND c.closed_at IS NULL
        ORDER BY c.id
        LIMIT %(limit)s
    ) AS c
    UNION ALL
    SELECT c.id, false, true FROM (
        SELECT DISTINCT same.subject_key
        FROM look_match own
        JOIN look_match same ON (same.tenant, same.service, same.mark, same.list, same.entry) = (own.tenant, own.service, own.mark, own.list, own.entry)
        WHERE own.tenant = %(tenant)s AND own.service = %(service)s AND own.mark = %(mark)s AND own.subject_key = %(subject_key)s
          AND own.expires_at > %(now)s AND same.expires_at > %(now)s
        LIMIT %(limit)s
    ) AS m
    JOIN case_file c ON (c.tenant, c.service, c.subject_key) = (%(tenant)s, %(service)s, m.subject_key) AND c.closed_at IS NULL
)
SELECT
    c.id, c.subject_kind, c.family, c.lane::text, c.opened_at, c.lease_until > %(now)s AND c.lease_holder <> %(holder)s,
    bool_or(b.of_account), bool_or(b.of_entry),
    (SELECT count(*) FROM item i WHERE (i.tenant, i.service, i.case_id) = (c.tenant, c.service, c.id) AND i.decision_id IS NULL)
FROM beside b
JOIN case_file c ON c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = b.id
WHERE c.id <> %(id)s AND c.mark = %(mark)s
  AND {{tutela.access.sight.may_know_case}}
GROUP BY c.tenant, c.service, c.id
ORDER BY c.id
LIMIT %(limit)s
