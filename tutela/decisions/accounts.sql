-- name: keep_accounts
-- What the platform says of its accounts; the newest by its own clock holds, in whatever order it comes.
INSERT INTO platform_account (tenant, service, mark, subject_key, at, created_on, country, minor, language)
SELECT %(tenant)s, %(service)s, %(mark)s, a.*
FROM unnest(
    %(subject_keys)b::bytea[], %(ats)b::timestamptz[], %(created_on)b::date[], %(countries)b::text[], %(minors)b::text[],
    %(languages)b::text[]
) AS a (subject_key, at, created_on, country, minor, language)
ORDER BY a.subject_key
ON CONFLICT (tenant, service, subject_key, mark) DO UPDATE SET
    at = excluded.at, created_on = excluded.created_on, country = excluded.country, minor = excluded.minor, language = excluded.language
WHERE excluded.at >= platform_account.at

-- name: accounts_known
-- The language of some accounts, and whether they are a minor's, as far as the platform said.
SELECT subject_key, language, minor FROM platform_account
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND subject_key = ANY(%(subject_keys)s)
