-- name: keep_values
-- Tags and queries that were used, each once, without what they say.
INSERT INTO guard_value (tenant, service, mark, value_key, kind)
SELECT %(tenant)s, %(service)s, %(mark)s, v.value_key, v.kind
FROM unnest(%(value_keys)b::bytea[], %(kinds)b::text[]) AS v (value_key, kind)
ORDER BY v.value_key
ON CONFLICT DO NOTHING

-- name: keep_uses
-- Who used which tags and queries, and how often, by the hour.
INSERT INTO guard_use AS g (tenant, service, mark, value_key, account_key, hour, uses)
SELECT %(tenant)s, %(service)s, %(mark)s, u.*
FROM unnest(%(used_keys)b::bytea[], %(account_keys)b::bytea[], %(hours)b::timestamptz[], %(uses)b::int4[]) AS u (value_key, account_key, hour, uses)
ORDER BY u.value_key, u.account_key, u.hour
ON CONFLICT (tenant, service, mark, value_key, account_key, hour) DO UPDATE SET uses = g.uses + excluded.uses

-- name: keep_carried
-- Which tags stood on one piece of content.
INSERT INTO guard_carried (tenant, service, mark, content_key, value_key, hour)
SELECT %(tenant)s, %(service)s, %(mark)s, c.*
FROM unnest(%(content_keys)b::bytea[], %(carried_keys)b::bytea[], %(carried_hours)b::timestamptz[]) AS c (content_key, value_key, hour)
ORDER BY c.content_key, c.value_key
ON CONFLICT DO NOTHING

-- name: values_to_seal
-- Tags and queries that enough accounts have used for people to read them, and that nobody can read yet.
SELECT v.value_key FROM guard_value v
WHERE v.tenant = %(tenant)s AND v.service = %(service)s AND v.mark = %(mark)s AND v.value_key = ANY(%(value_keys)b) AND v.sealed_body IS NULL
  AND %(accounts_min)s <= (
    SELECT count(*) FROM (
        SELECT DISTINCT u.account_key FROM guard_use u
        WHERE u.tenant = v.tenant AND u.service = v.service AND u.mark = v.mark AND u.value_key = v.value_key
        LIMIT %(accounts_min)s
    ) AS few
  )

-- name: seal_values
-- What some tags and queries say, each under a key of its own.
UPDATE guard_value v SET sealed_key = s.sealed_key, sealed_body = s.sealed_body
FROM unnest(%(sealed_values)b::bytea[], %(sealed_keys)b::bytea[], %(sealed_bodies)b::bytea[]) AS s (value_key, sealed_key, sealed_body)
WHERE v.tenant = %(tenant)s AND v.service = %(service)s AND v.mark = %(mark)s AND v.value_key = s.value_key AND v.sealed_body IS NULL

-- name: used_since
-- The tags and queries that most accounts used since an instant, where enough did for people to read them.
SELECT v.kind, v.value_key, v.sealed_key, v.sealed_body, u.accounts, u.uses
FROM (
    SELECT value_key, count(DISTINCT account_key) AS accounts, sum(uses) AS uses
    FROM guard_use
    WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND hour >= %(since)s
    GROUP BY value_key
    HAVING count(DISTINCT account_key) >= %(accounts_min)s
) AS u
JOIN guard_value v ON v.tenant = %(tenant)s AND v.service = %(service)s AND v.mark = %(mark)s AND v.value_key = u.value_key
WHERE v.sealed_body IS NOT NULL
ORDER BY u.accounts DESC, u.uses DESC, u.value_key
LIMIT %(limit)s

-- name: all_since
-- Accounts that used anything since an instant, and how often anything was used.
SELECT count(DISTINCT account_key), coalesce(sum(uses), 0) FROM guard_use
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND hour >= %(since)s

-- name: where_accounts_are
-- Where the holders of some accounts are, as far as the platform said.
SELECT subject_key, country FROM platform_account
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND subject_key = ANY(%(subject_keys)b) AND country IS NOT NULL

-- name: forget_uses
-- Who used what is forgotten in time.
DELETE FROM guard_use WHERE hour < %(before)s

-- name: forget_carried
-- What stood on content is forgotten in time.
DELETE FROM guard_carried WHERE hour < %(before)s

-- name: forget_values
-- Tags and queries that nobody uses any more are forgotten.
DELETE FROM guard_value v
WHERE NOT EXISTS (
    SELECT FROM guard_use u WHERE u.tenant = v.tenant AND u.service = v.service AND u.mark = v.mark AND u.value_key = v.value_key
)

-- name: read_values
-- Some tags and queries that were used since an instant by enough accounts to be read, after a key.
SELECT v.value_key, v.sealed_key, v.sealed_body FROM guard_value v
WHERE v.tenant = %(tenant)s AND v.service = %(service)s AND v.mark = %(mark)s AND v.value_key > %(after)s AND v.sealed_body IS NOT NULL
ORDER BY v.value_key
LIMIT %(limit)s

-- name: count_active
-- How many accounts used anything in the hours that are looked at, and among them those that used what is listed, ever or often.
WITH near AS MATERIALIZED (
    SELECT account_key, count(DISTINCT extract(day FROM hour - %(near_since)s)) AS days FROM guard_use
    WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND value_key = ANY(%(listed)b) AND hour >= %(near_since)s AND hour < %(until)s
    GROUP BY account_key
), today AS (
    SELECT DISTINCT account_key FROM guard_use
    WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND hour >= %(since)s AND hour < %(until)s
), before AS (
    SELECT DISTINCT account_key, n.days, extract(day FROM u.hour - %(before)s) AS day
    FROM guard_use u JOIN near n USING (account_key)
    WHERE u.tenant = %(tenant)s AND u.service = %(service)s AND u.mark = %(mark)s AND u.hour >= %(before)s AND u.hour < %(since)s
)
SELECT
    (SELECT count(*) FROM today),
    (SELECT count(*) FROM today JOIN near USING (account_key)),
    (SELECT count(*) FROM before),
    (SELECT count(*) FROM today JOIN near n USING (account_key) WHERE n.days >= %(often_days)s),
    (SELECT count(*) FROM before WHERE days >= %(often_days)s)

-- name: count_rising
-- Each value that enough accounts used in the hours that are looked at who used what is listed, and how those used it in the days before.
WITH near AS MATERIALIZED (
    SELECT account_key, count(DISTINCT extract(day FROM hour - %(near_since)s)) >= %(often_days)s AS often FROM guard_use
    WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND value_key = ANY(%(listed)b) AND hour >= %(near_since)s AND hour < %(until)s
    GROUP BY account_key
), today AS MATERIALIZED (
    SELECT u.value_key, count(*) AS everybody, count(n.account_key) AS near, count(*) FILTER (WHERE n.often) AS often
    FROM (
        SELECT DISTINCT value_key, account_key FROM guard_use
        WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND hour >= %(since)s AND hour < %(until)s
          AND NOT value_key = ANY(%(listed)b)
    ) AS u
    LEFT JOIN near n USING (account_key)
    GROUP BY u.value_key
    HAVING count(n.account_key) >= %(accounts_min)s
), before AS (
    SELECT value_key, count(*) AS near, count(*) FILTER (WHERE often) AS often
    FROM (
        SELECT DISTINCT u.value_key, u.account_key, n.often, extract(day FROM u.hour - %(before)s) AS day
        FROM guard_use u JOIN near n USING (account_key)
        WHERE u.tenant = %(tenant)s AND u.service = %(service)s AND u.mark = %(mark)s AND u.hour >= %(before)s AND u.hour < %(since)s
          AND u.value_key IN (SELECT value_key FROM today)
    ) AS days
    GROUP BY value_key
)
SELECT t.value_key, t.everybody, t.near, t.often, coalesce(b.near, 0), coalesce(b.often, 0)
FROM today t LEFT JOIN before b USING (value_key)

-- name: count_beside
-- On how many pieces of content some tags stood, and on how many of those something listed stood as well.
SELECT c.value_key, count(*), count(l.content_key)
FROM guard_carried c
LEFT JOIN (
    SELECT DISTINCT content_key FROM guard_carried
    WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND value_key = ANY(%(listed)b) AND hour >= %(near_since)s
) AS l USING (content_key)
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.mark = %(mark)s AND c.value_key = ANY(%(value_keys)b) AND c.hour >= %(near_since)s
GROUP BY c.value_key
