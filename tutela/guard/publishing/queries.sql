-- name: services
-- Every service, with its newest version.
SELECT s.tenant, s.service, coalesce(p.version, 0)
FROM service s
LEFT JOIN guard_publication p USING (tenant, service)
ORDER BY s.tenant, s.service

-- name: begin_publication
-- The row that says what is newest, made where there is none.
INSERT INTO guard_publication (tenant, service, confirmed_at)
VALUES (%(tenant)s, %(service)s, %(at)s)
ON CONFLICT DO NOTHING

-- name: lock_publication
-- The newest version and the digest of what it holds, kept from others until the transaction ends.
SELECT version, content_digest FROM guard_publication
WHERE tenant = %(tenant)s AND service = %(service)s
FOR UPDATE

-- name: add_snapshot
-- A version as it is published, and when that was.
WITH known AS (
    INSERT INTO guard_version (tenant, service, version, published_at)
    VALUES (%(tenant)s, %(service)s, %(version)s, %(at)s)
)
INSERT INTO guard_snapshot (tenant, service, version, id, published_at, manifest, body, sealed_key, sealed_body)
VALUES (%(tenant)s, %(service)s, %(version)s, %(id)s, %(at)s, %(manifest)s, %(body)s, %(sealed_key)s, %(sealed_body)s)

-- name: move_publication
-- The version is the newest now.
UPDATE guard_publication SET version = %(version)s, content_digest = %(content_digest)s, confirmed_at = %(at)s
WHERE tenant = %(tenant)s AND service = %(service)s

-- name: forget_snapshots
-- Drops all but the newest few versions of a service.
DELETE FROM guard_snapshot WHERE tenant = %(tenant)s AND service = %(service)s AND version <= %(version)s - %(kept)s::int

-- name: confirm_publications
-- At that instant the newest versions of these services held all that was listed.
UPDATE guard_publication p SET confirmed_at = %(at)s
FROM unnest(%(tenants)s::text[], %(services)s::text[], %(versions)s::bigint[]) AS c (tenant, service, version)
WHERE (p.tenant, p.service, p.version) = (c.tenant, c.service, c.version)

-- name: newest
-- The newest version of every service, when it was last known to hold all that is listed, and what it holds.
SELECT tenant, service, version, confirmed_at, content_digest FROM guard_publication WHERE version > 0

-- name: newest_of
-- The newest version of one service, when it was last known to hold all that is listed, and what it holds.
SELECT version, confirmed_at, content_digest FROM guard_publication
WHERE tenant = %(tenant)s AND service = %(service)s AND version > 0

-- name: snapshot
-- One version of a service as it was published.
SELECT id, manifest, body, sealed_key, sealed_body FROM guard_snapshot
WHERE tenant = %(tenant)s AND service = %(service)s AND version = %(version)s

-- name: manifest
-- What one version says of itself.
SELECT manifest FROM guard_snapshot WHERE tenant = %(tenant)s AND service = %(service)s AND version = %(version)s

-- name: count_measures
-- How many measures a service ever had, and how many of them do not hold any more: what changes with every change.
SELECT count(*), count(undone_at) FROM measure WHERE tenant = %(tenant)s AND service = %(service)s

-- name: measures_in_force
-- Measures of some kinds that real decisions ordered and nobody took back.
SELECT m.id, m.decision_id, m.kind, m.territory IS NOT NULL
FROM measure m
JOIN decision d ON (d.tenant, d.service, d.id) = (m.tenant, m.service, m.decision_id)
WHERE m.tenant = %(tenant)s AND m.service = %(service)s AND m.undone_at IS NULL AND m.kind = ANY (%(kinds)s)
  AND d.mark = 'real' AND d.outcome = 'act' AND d.undone_at IS NULL

-- name: orders
-- In which words some measures were ordered.
SELECT measure_id, id, sealed_key, sealed_body FROM outbox
WHERE tenant = %(tenant)s AND service = %(service)s AND kind = 'measure.apply'
  AND decision_id = ANY (%(decisions)s::uuid[]) AND measure_id = ANY (%(measures)s::uuid[])

-- name: stand
-- By which versions a process or a program answers now.
INSERT INTO guard_standing (tenant, service, kind, name, version, age_seconds, degraded, surfaces, looked_at, silent_at)
SELECT s.tenant, s.service, %(kind)s, %(name)s, s.version, s.age_seconds, s.degraded, %(surfaces)s, %(now)s, %(silent_at)s
FROM unnest(
    %(tenants)s::text[], %(services)s::text[], %(versions)s::bigint[], %(ages)s::float8[], %(degradeds)s::boolean[]
) AS s (tenant, service, version, age_seconds, degraded)
ON CONFLICT (tenant, service, kind, name) DO UPDATE SET
    version = excluded.version, age_seconds = excluded.age_seconds, degraded = excluded.degraded,
    surfaces = excluded.surfaces, looked_at = excluded.looked_at, silent_at = excluded.silent_at

-- name: tell_probing
-- A viewer or a token tries out what is listed, for the first time or again.
INSERT INTO guard_probing (tenant, service, mark, token_id, viewer_key, trait, since, last_at, times, shut_until, expires_at)
VALUES (
    %(tenant)s, %(service)s, %(mark)s, %(token_id)s, %(viewer_key)s, %(trait)s, %(at)s, %(at)s, 1, %(shut_until)s, %(expires_at)s
)
ON CONFLICT (tenant, service, token_id, viewer_key) DO UPDATE SET
    trait = excluded.trait, last_at = excluded.last_at, times = guard_probing.times + 1,
    shut_until = excluded.shut_until, expires_at = excluded.expires_at, let_in_at = NULL

-- name: shut_viewers
-- Viewers that are shut out now, and until when.
SELECT tenant, service, mark, viewer_key, max(shut_until) FROM guard_probing
WHERE shut_until > %(now)s
GROUP BY tenant, service, mark, viewer_key

-- name: let_viewer_in
-- A viewer that is shut out is let in again; a row for each token by which it was found.
UPDATE guard_probing SET shut_until = %(at)s, let_in_at = %(at)s
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND viewer_key = %(viewer_key)s AND shut_until > %(at)s
RETURNING token_id

-- name: viewers_let_in
-- Viewers that were let in again since then and are not shut out.
SELECT tenant, service, mark, viewer_key FROM guard_probing
WHERE shut_until IS NOT NULL
GROUP BY tenant, service, mark, viewer_key
HAVING max(let_in_at) > %(since)s AND max(shut_until) <= %(now)s

-- name: probing
-- Who tried out what a service lists since then, the latest first.
SELECT token_id, viewer_key, trait, since, last_at, times, shut_until FROM guard_probing
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = 'real' AND last_at >= %(since)s
ORDER BY last_at DESC
LIMIT %(limit)s

-- name: forget_probing
-- Drops what is nobody's business any more.
DELETE FROM guard_probing WHERE expires_at <= %(now)s

-- name: forget_silent
-- Drops processes and programs that have said nothing for long.
DELETE FROM guard_standing WHERE looked_at < %(before)s

-- name: forget_programs
-- Programs of a service that ended, that have said nothing for long, and all but those that spoke last.
DELETE FROM guard_standing
WHERE tenant = %(tenant)s AND service = %(service)s AND kind = 'program'
  AND (name = %(ended)s OR looked_at < %(gone_at)s OR name IN (
      SELECT name FROM guard_standing
      WHERE tenant = %(tenant)s AND service = %(service)s AND kind = 'program' AND name <> %(name)s
      ORDER BY looked_at DESC OFFSET %(most)s
  ))

-- name: serving
-- By what processes that live and programs answer, and why that is red.
SELECT s.tenant, s.service, s.kind, s.name, s.version, s.age_seconds, CASE
    WHEN s.silent_at < %(now)s THEN 'silent'
    WHEN s.degraded THEN 'degraded'
    WHEN s.version < p.version AND n.published_at < %(behind_before)s THEN 'behind'
END, s.surfaces, s.looked_at
FROM guard_standing s
JOIN guard_publication p USING (tenant, service)
LEFT JOIN guard_snapshot n ON (n.tenant, n.service, n.version) = (p.tenant, p.service, p.version)
LEFT JOIN process_beat b ON b.name = s.name AND s.kind = 'process'
WHERE (s.kind = 'program' OR b.beat_at > clock_timestamp() - interval '15 seconds')
  AND (%(tenant)s = '' OR (s.tenant, s.service) = (%(tenant)s, %(service)s))
ORDER BY s.tenant, s.service, s.kind, s.name

-- name: guards
-- The newest version of each service, and how many try out what is listed.
SELECT p.tenant, p.service, p.version, p.confirmed_at, count(t.*), count(*) FILTER (WHERE t.shut_until > %(now)s)
FROM guard_publication p
LEFT JOIN guard_probing t ON (t.tenant, t.service, t.mark) = (p.tenant, p.service, 'real') AND t.last_at >= %(told_from)s
WHERE %(tenant)s = '' OR (p.tenant, p.service) = (%(tenant)s, %(service)s)
GROUP BY p.tenant, p.service, p.version, p.confirmed_at
ORDER BY p.tenant, p.service
