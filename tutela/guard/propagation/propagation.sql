-- name: surfaces_before
-- How the surfaces of a service were found last.
SELECT name, state, state_since, behind_since FROM guard_surface WHERE tenant = %(tenant)s AND service = %(service)s

-- name: findings_open
-- What surfaces of a service did wrongly when they were asked last.
SELECT name, kind, what, spelling FROM guard_finding
WHERE tenant = %(tenant)s AND service = %(service)s AND ended_at IS NULL

-- name: keep_surface
-- How a surface was found now.
INSERT INTO guard_surface (tenant, service, name, surface, state, state_since, why, version, newest, lag_seconds, behind_since,
    asked, unanswered, looked_at, silent_at)
VALUES (%(tenant)s, %(service)s, %(name)s, %(surface)s, %(state)s, %(at)s, %(why)s, %(version)s, %(newest)s, %(lag_seconds)s,
    %(behind_since)s, %(asked)s, %(unanswered)s, %(at)s, %(silent_at)s)
ON CONFLICT (tenant, service, name) DO UPDATE SET
    surface = excluded.surface, state = excluded.state, why = excluded.why, version = excluded.version, newest = excluded.newest,
    state_since = CASE WHEN guard_surface.state = excluded.state THEN guard_surface.state_since ELSE excluded.state_since END,
    lag_seconds = excluded.lag_seconds, behind_since = excluded.behind_since, asked = excluded.asked,
    unanswered = excluded.unanswered, looked_at = excluded.looked_at, silent_at = excluded.silent_at

-- name: end_findings_of_others
-- What was found for services of which no surface is asked any more can't be found again.
UPDATE guard_finding SET ended_at = %(at)s WHERE ended_at IS NULL AND NOT tenant || '/' || service = ANY(%(services)s)

-- name: forget_others
-- Surfaces of services of which none is asked any more.
DELETE FROM guard_surface WHERE NOT tenant || '/' || service = ANY(%(services)s)

-- name: forget_surfaces
-- Surfaces that are asked no more, by what the operator configured.
DELETE FROM guard_surface WHERE tenant = %(tenant)s AND service = %(service)s AND NOT name = ANY(%(names)s)

-- name: end_findings_elsewhere
-- What was found on surfaces that are asked no more can't be found again.
UPDATE guard_finding SET ended_at = %(at)s
WHERE tenant = %(tenant)s AND service = %(service)s AND ended_at IS NULL AND NOT name = ANY(%(names)s)

-- name: open_finding
-- Something that a surface does wrongly, from now on.
INSERT INTO guard_finding (tenant, service, id, name, surface, kind, what, spelling, shown, first_at, last_at)
VALUES (%(tenant)s, %(service)s, %(id)s, %(name)s, %(surface)s, %(kind)s, %(what)s, %(spelling)s, %(shown)s, %(at)s, %(at)s)
ON CONFLICT (tenant, service, name, kind, what, spelling) WHERE ended_at IS NULL
DO UPDATE SET last_at = excluded.last_at, shown = excluded.shown

-- name: find_again
-- Something that a surface still does wrongly.
UPDATE guard_finding SET last_at = %(at)s, shown = %(shown)s
WHERE tenant = %(tenant)s AND service = %(service)s AND name = %(name)s AND kind = %(kind)s AND what = %(what)s
  AND spelling = %(spelling)s AND ended_at IS NULL

-- name: end_finding
-- Something that a surface does wrongly no more.
UPDATE guard_finding SET ended_at = %(at)s
WHERE tenant = %(tenant)s AND service = %(service)s AND name = %(name)s AND kind = %(kind)s AND what = %(what)s
  AND spelling = %(spelling)s AND ended_at IS NULL

-- name: keep_fact
-- What the ledger was told of a surface, sealed.
INSERT INTO guard_surface_fact (tenant, service, id, at, sealed_key, sealed_body)
VALUES (%(tenant)s, %(service)s, %(id)s, %(at)s, %(sealed_key)s, %(sealed_body)s)

-- name: standing
-- How surfaces stand, with what they do wrongly; of one service, or of all where the name is empty.
SELECT s.tenant, s.service, s.name, s.surface, s.state, s.state_since, s.why, s.version, s.newest, s.lag_seconds, s.asked,
    s.unanswered, s.looked_at, s.silent_at < %(now)s,
    coalesce((SELECT jsonb_agg(jsonb_build_object('kind', f.kind, 'what', f.what, 'spelling', f.spelling, 'shown', f.shown,
        'since', f.first_at) ORDER BY f.first_at, f.id)
     FROM guard_finding f
     WHERE f.tenant = s.tenant AND f.service = s.service AND f.name = s.name AND f.ended_at IS NULL), '[]')
FROM guard_surface s
WHERE (%(service)s = '' OR (s.tenant = %(tenant)s AND s.service = %(service)s))
ORDER BY s.tenant, s.service, s.name

-- name: versions
-- The versions by whose canaries surfaces are asked, the newest first, and when each was published.
SELECT version, published_at FROM guard_version
WHERE tenant = %(tenant)s AND service = %(service)s AND version <= %(newest)s AND version > %(newest)s - %(kept)s::int
ORDER BY version DESC

-- name: forget_versions
-- Versions that no surface is asked for any more.
DELETE FROM guard_version
WHERE tenant = %(tenant)s AND service = %(service)s AND version <= (
    SELECT max(version) FROM guard_version WHERE tenant = %(tenant)s AND service = %(service)s
) - %(kept)s::int

-- name: words_to_ask
-- Listed texts and tags that every surface must know by now: some by chance, and some by their ids.
SELECT id, kind, sealed_key, sealed_body FROM (
    SELECT id, kind, sealed_key, sealed_body,
        row_number() OVER (ORDER BY md5(id::text || %(seed)s)) AS place
    FROM guard_entry
    WHERE tenant = %(tenant)s AND service = %(service)s AND mark = 'real' AND kind IN ('text', 'tag') AND verdict <> 'allow'
      AND changed_at <= %(settled)s AND expires_at > %(now)s AND state IN ('provisional', 'live', 'leaving')
) AS listed
WHERE place <= %(sample)s OR id::text = ANY(%(again)s)
ORDER BY place

-- name: named_entries
-- Every listed account and piece of content.
SELECT id, kind, sealed_key, sealed_body FROM guard_entry
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = 'real' AND kind IN ('account', 'content')
  AND expires_at > %(now)s AND state IN ('provisional', 'live', 'leaving')
ORDER BY md5(id::text || %(seed)s)

-- name: forget_findings
-- What has ended long ago.
DELETE FROM guard_finding WHERE ended_at < %(before)s
