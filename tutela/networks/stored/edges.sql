-- name: see_accounts
-- Accounts that were named before are named again today.
UPDATE network_account a SET seen_on = %(on)s
FROM (
    SELECT account_key FROM network_account
    WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND account_key = ANY(%(account_keys)b) AND seen_on < %(on)s
    ORDER BY account_key
    FOR UPDATE
) AS seen
WHERE a.tenant = %(tenant)s AND a.service = %(service)s AND a.mark = %(mark)s AND a.account_key = seen.account_key

-- name: accounts_named
-- Which of some accounts can be named.
SELECT account_key FROM network_account
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND account_key = ANY(%(account_keys)b)

-- name: keep_accounts
-- The ids of accounts, each under a key of its own.
INSERT INTO network_account (tenant, service, mark, seen_on, account_key, sealed_key, sealed_body)
SELECT %(tenant)s, %(service)s, %(mark)s, %(on)s, a.*
FROM unnest(%(account_keys)b::bytea[], %(sealed_keys)b::bytea[], %(sealed_bodies)b::bytea[]) AS a (account_key, sealed_key, sealed_body)
ORDER BY a.account_key
ON CONFLICT DO NOTHING

-- name: sealed_accounts
-- The sealed ids of some accounts.
SELECT account_key, sealed_key, sealed_body FROM network_account
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND account_key = ANY(%(account_keys)b)

-- name: kinds_of_edges
-- How many edges of each kind there are, by who could see them.
SELECT kind, visibility, count(*) FROM platform_edge
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
GROUP BY kind, visibility
ORDER BY kind, visibility

-- name: countries_of
-- Where the holders of some accounts are, as far as the platform said.
SELECT subject_key, country FROM platform_account
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND subject_key = ANY(%(account_keys)b) AND country IS NOT NULL

-- name: countries_of_accounts
-- Where accounts are, as far as the platform said.
SELECT DISTINCT country FROM platform_account
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND country IS NOT NULL
ORDER BY country

-- name: read_edges
-- The edges whose first account's digest lies between two, by kind: both digests and the weight, 40 bytes each; where a country is asked, it is that of the first account.
SELECT e.kind, string_agg(e.src_key || e.dst_key || float8send(coalesce(e.weight, 1)), ''::bytea)
FROM platform_edge e
JOIN unnest(%(kinds)b::text[], %(visibilities)b::text[], %(countries)b::text[]) AS m (kind, visibility, country)
    ON m.kind = e.kind AND m.visibility = e.visibility
WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.mark = %(mark)s
  AND e.src_key >= %(first)s AND (%(last)s::bytea IS NULL OR e.src_key < %(last)s)
  AND (m.country IS NULL OR m.country = (
    SELECT a.country FROM platform_account a
    WHERE a.tenant = e.tenant AND a.service = e.service AND a.mark = e.mark AND a.subject_key = e.src_key
  ))
GROUP BY e.kind

-- name: kinds_among
-- The kinds of edges among some accounts, by who could see them.
SELECT DISTINCT kind, visibility FROM platform_edge
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND src_key = ANY(%(account_keys)b) AND dst_key = ANY(%(account_keys)b)
ORDER BY kind, visibility

-- name: edges_among
-- The edges among some accounts, by kind, as `read_edges` gives them.
SELECT e.kind, string_agg(e.src_key || e.dst_key || float8send(coalesce(e.weight, 1)), ''::bytea)
FROM platform_edge e
JOIN unnest(%(kinds)b::text[], %(visibilities)b::text[], %(countries)b::text[]) AS m (kind, visibility, country)
    ON m.kind = e.kind AND m.visibility = e.visibility
WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.mark = %(mark)s
  AND e.src_key = ANY(%(account_keys)b) AND e.dst_key = ANY(%(account_keys)b)
  AND (m.country IS NULL OR m.country = (
    SELECT a.country FROM platform_account a
    WHERE a.tenant = e.tenant AND a.service = e.service AND a.mark = e.mark AND a.subject_key = e.src_key
  ))
GROUP BY e.kind

-- name: tags_among
-- Tags that some accounts used and not too many others: with each of these accounts, 32 bytes a pair.
SELECT string_agg(t.value_key || t.account_key, ''::bytea)
FROM (
    SELECT DISTINCT u.value_key, u.account_key
    FROM guard_use u
    JOIN guard_value v ON v.tenant = u.tenant AND v.service = u.service AND v.mark = u.mark AND v.value_key = u.value_key AND v.kind = 'tag'
    WHERE u.tenant = %(tenant)s AND u.service = %(service)s AND u.mark = %(mark)s AND u.account_key = ANY(%(account_keys)b)
      AND (
        SELECT count(DISTINCT o.account_key) FROM guard_use o
        WHERE o.tenant = u.tenant AND o.service = u.service AND o.mark = u.mark AND o.value_key = u.value_key
      ) BETWEEN 2 AND %(accounts_max)s
) AS t

-- name: count_uses
-- How many uses are kept.
SELECT count(*) FROM guard_use WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s

-- name: read_tags
-- Tags whose digests lie between two and that several accounts used, but not too many: with each of these accounts, 32 bytes a pair.
SELECT string_agg(u.value_key || u.account_key, ''::bytea)
FROM (
    SELECT DISTINCT g.value_key, g.account_key
    FROM guard_use g
    JOIN (
        SELECT u.value_key FROM guard_use u
        JOIN guard_value v ON v.tenant = u.tenant AND v.service = u.service AND v.mark = u.mark AND v.value_key = u.value_key AND v.kind = 'tag'
        WHERE u.tenant = %(tenant)s AND u.service = %(service)s AND u.mark = %(mark)s
          AND u.value_key >= %(first)s AND (%(last)s::bytea IS NULL OR u.value_key < %(last)s)
        GROUP BY u.value_key
        HAVING count(DISTINCT u.account_key) BETWEEN 2 AND %(accounts_max)s
    ) AS rare USING (value_key)
    WHERE g.tenant = %(tenant)s AND g.service = %(service)s AND g.mark = %(mark)s
) AS u

-- name: decided_accounts
-- Accounts about which a decision is in force, of one category or of any.
SELECT DISTINCT m.subject_key
FROM measure m
JOIN decision d ON d.tenant = m.tenant AND d.service = m.service AND d.id = m.decision_id
WHERE m.tenant = %(tenant)s AND m.service = %(service)s AND d.mark = %(mark)s AND d.outcome = 'act' AND d.undone_at IS NULL
  AND m.undone_at IS NULL AND (m.until IS NULL OR m.until >= %(today)s)
  AND (%(category)s::text IS NULL OR d.category = %(category)s)
ORDER BY m.subject_key
LIMIT %(limit)s

-- name: possible_minors
-- Which of some accounts may be a child's: the platform said so, or they were ever a matter for specialists.
SELECT k.account_key
FROM unnest(%(account_keys)b::bytea[]) AS k (account_key)
WHERE EXISTS (
    SELECT FROM platform_account a
    WHERE a.tenant = %(tenant)s AND a.service = %(service)s AND a.mark = %(mark)s AND a.subject_key = k.account_key AND a.minor = 'yes'
) OR EXISTS (
    SELECT FROM case_file c
    WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.mark = %(mark)s AND c.subject_key = k.account_key AND c.specialist
)

-- name: forget_edges
-- Who is connected to whom is forgotten in time.
DELETE FROM platform_edge WHERE at < %(before)s

-- name: forget_accounts
-- The ids of accounts that the platform has not named for as long as edges are kept.
DELETE FROM network_account WHERE seen_on < %(before)s

-- name: count_accounts
-- Of how many accounts the platform told something.
SELECT count(*) FROM platform_account WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s

-- name: read_accounts
-- Accounts whose digests lie between two: the day on which each came, and whether it is a child's; 21 bytes each.
SELECT string_agg(
    subject_key || int4send(coalesce(created_on - DATE '1970-01-01', -1))
        || CASE minor WHEN 'yes' THEN '\x02'::bytea WHEN 'no' THEN '\x01'::bytea ELSE '\x00'::bytea END,
    ''::bytea
)
FROM platform_account
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
  AND subject_key >= %(first)s AND (%(last)s::bytea IS NULL OR subject_key < %(last)s)

-- name: removed_accounts
-- Accounts that a decision in force took from the service: since when the platform says so, or else since it was decided; 24 bytes each.
SELECT string_agg(r.subject_key || int8send(r.at_ms), ''::bytea)
FROM (
    SELECT m.subject_key, (extract(epoch FROM min(coalesce(m.confirmed_at, d.decided_at))) * 1000)::int8 AS at_ms
    FROM measure m
    JOIN decision d ON d.tenant = m.tenant AND d.service = m.service AND d.id = m.decision_id
    WHERE m.tenant = %(tenant)s AND m.service = %(service)s AND d.mark = %(mark)s AND d.outcome = 'act' AND d.undone_at IS NULL
      AND m.undone_at IS NULL AND (m.until IS NULL OR m.until >= %(today)s) AND m.kind = ANY (%(kinds)b::text[])
    GROUP BY m.subject_key
) AS r
