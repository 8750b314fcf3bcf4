-- name: add_terms
-- A version of the terms; no row where the version, or another of the same first day, is there or the service is not.
INSERT INTO terms_version (
    tenant, service, id, version, in_force_from, url, sha256, summary_languages, registered_at, sealed_key, sealed_body
)
SELECT tenant, service, %(id)s, %(version)s, %(in_force_from)s, %(url)s, %(sha256)s, %(summary_languages)s, %(at)s, %(sealed_key)s,
    %(sealed_body)s
FROM service WHERE tenant = %(tenant)s AND service = %(service)s
ON CONFLICT DO NOTHING
RETURNING version

-- name: terms_versions
-- All versions of a service's terms in their order, each with the day before the next one's first.
SELECT version, in_force_from, lead(in_force_from) OVER (ORDER BY in_force_from) - 1, url, sha256, summary_languages, registered_at
FROM terms_version
WHERE tenant = %(tenant)s AND service = %(service)s
ORDER BY in_force_from

-- name: terms_on
-- Whether a service has registered terms, and the version that is in force on a day.
SELECT
    EXISTS (SELECT FROM terms_version WHERE tenant = %(tenant)s AND service = %(service)s),
    t.version, t.in_force_from, t.url
FROM (SELECT 1) AS one
LEFT JOIN LATERAL (
    SELECT version, in_force_from, url FROM terms_version
    WHERE tenant = %(tenant)s AND service = %(service)s AND in_force_from <= %(on)s
    ORDER BY in_force_from DESC
    LIMIT 1
) AS t ON true

-- name: service_is_there
-- Whether the tenant has the service.
SELECT EXISTS (SELECT FROM service WHERE tenant = %(tenant)s AND service = %(service)s)
