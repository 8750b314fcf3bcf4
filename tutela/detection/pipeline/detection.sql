-- name: accounts_of
-- Where the holders of some accounts are, whether they are minors, and since when the accounts are there, as far as the platform said.
SELECT subject_key, country, minor, created_on FROM platform_account
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND subject_key = ANY(%(subject_keys)s)

-- name: keep_looks
-- What detectors saw in many items at one instant.
INSERT INTO content_look (tenant, service, mark, at, id, subject_key, result, why, basis, signals, expires_at, media_key)
SELECT
    %(tenant)s, %(service)s, %(mark)s, %(at)s, l.id, l.subject_key, l.result, l.why, l.basis, l.signals::jsonb, l.expires_at,
    l.media_key
FROM unnest(
    %(ids)b::uuid[], %(subject_keys)b::bytea[], %(results)b::text[], %(whys)b::text[], %(bases)b::text[], %(signals)b::text[],
    %(expiries)b::timestamptz[], %(media_keys)b::bytea[]
) AS l (id, subject_key, result, why, basis, signals, expires_at, media_key)

-- name: keep_matches
-- Which entries of lists were seen in which subjects, as long as the look that saw them is kept.
INSERT INTO look_match (tenant, service, mark, list, entry, subject_key, expires_at)
SELECT %(tenant)s, %(service)s, %(mark)s, hit ->> 'list', hit ->> 'entry', l.subject_key, max(l.expires_at)
FROM unnest(%(subject_keys)b::bytea[], %(signals)b::text[], %(expiries)b::timestamptz[]) AS l (subject_key, signals, expires_at)
CROSS JOIN LATERAL jsonb_array_elements(l.signals::jsonb) AS signal
CROSS JOIN LATERAL jsonb_array_elements(coalesce(signal -> 'matches', '[]')) AS hit
GROUP BY hit ->> 'list', hit ->> 'entry', l.subject_key
ORDER BY hit ->> 'list', hit ->> 'entry', l.subject_key
ON CONFLICT (tenant, service, mark, list, entry, subject_key) DO UPDATE SET
    expires_at = greatest(look_match.expires_at, excluded.expires_at)

-- name: add_tasks
-- What must follow from looks, in their transaction.
INSERT INTO look_task (tenant, service, mark, created_at, due_at, id, kind, sealed_key, sealed_body, expires_at)
SELECT %(tenant)s, %(service)s, %(mark)s, %(at)s, %(at)s, t.*
FROM unnest(
    %(ids)b::uuid[], %(kinds)b::text[], %(sealed_keys)b::bytea[], %(sealed_bodies)b::bytea[], %(expiries)b::timestamptz[]
) AS t (id, kind, sealed_key, sealed_body, expires_at)

-- name: claim_tasks
-- Tasks that are due, held until the transaction ends.
SELECT t.tenant, t.service, t.id, t.kind, t.mark, t.tries, t.sealed_key, t.sealed_body, t.expires_at, g.log_id
FROM look_task t
JOIN ledger_log g ON g.tenant = t.tenant
WHERE t.kind = ANY(%(kinds)s) AND t.due_at <= %(now)s AND t.done_at IS NULL AND t.dead_at IS NULL
ORDER BY t.due_at
LIMIT %(limit)s
FOR UPDATE OF t SKIP LOCKED

-- name: end_task
-- What was to be done is done; what it needed for that is gone.
UPDATE look_task SET done_at = %(now)s, sealed_key = NULL, sealed_body = NULL
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s

-- name: put_off_task
-- What could not be done is tried again, or given up where its time is over.
UPDATE look_task
SET tries = tries + 1, due_at = %(due_at)s,
    dead_at = CASE WHEN %(given_up)s THEN %(now)s::timestamptz END,
    sealed_key = CASE WHEN NOT %(given_up)s THEN sealed_key END,
    sealed_body = CASE WHEN NOT %(given_up)s THEN sealed_body END
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s

-- name: keep_edges
-- Who is connected to whom; the newest by the platform's clock holds, in whatever order it comes.
INSERT INTO platform_edge (tenant, service, mark, src_key, dst_key, kind, visibility, weight, at)
SELECT DISTINCT ON (e.src_key, e.dst_key, e.kind) %(tenant)s, %(service)s, %(mark)s, e.*
FROM unnest(
    %(src_keys)b::bytea[], %(dst_keys)b::bytea[], %(kinds)b::text[], %(visibilities)b::text[], %(weights)b::float8[], %(ats)b::timestamptz[]
) AS e (src_key, dst_key, kind, visibility, weight, at)
ORDER BY e.src_key, e.dst_key, e.kind, e.at DESC
ON CONFLICT (tenant, service, mark, src_key, dst_key, kind) DO UPDATE SET
    visibility = excluded.visibility, weight = excluded.weight, at = excluded.at
WHERE excluded.at >= platform_edge.at

-- name: keep_exposures
-- Who was shown what, where and when.
INSERT INTO platform_exposure (tenant, service, mark, expires_at, at, viewer_key, item_key, rank, surface, arm, score)
SELECT %(tenant)s, %(service)s, %(mark)s, %(expires_at)s, x.*
FROM unnest(
    %(ats)b::timestamptz[], %(viewer_keys)b::bytea[], %(item_keys)b::bytea[], %(ranks)b::int4[], %(surfaces)b::text[], %(arms)b::text[],
    %(scores)b::float8[]
) AS x (at, viewer_key, item_key, rank, surface, arm, score)

-- name: forget_looks
-- What was seen is forgotten in time.
DELETE FROM content_look WHERE expires_at <= %(now)s

-- name: forget_matches
-- Nor is it known any more which entries were seen.
DELETE FROM look_match WHERE expires_at <= %(now)s

-- name: forget_exposures
-- What people were shown is forgotten in time.
DELETE FROM platform_exposure WHERE expires_at <= %(now)s

-- name: forget_tasks
-- What is done is forgotten in time; a case that is to be opened stays until it is.
DELETE FROM look_task WHERE expires_at <= %(now)s AND done_at IS NOT NULL

-- name: stand
-- How detectors stand in a process; `since` stays as long as nothing changes.
INSERT INTO detector_standing AS s (process, tenant, service, name, ok, why, since, looked_at, silent_at)
SELECT %(process)s, d.tenant, d.service, d.name, d.ok, d.why, %(now)s, %(now)s, %(silent_at)s
FROM unnest(%(tenants)b::text[], %(services)b::text[], %(names)b::text[], %(oks)b::bool[], %(whys)b::text[]) AS d (tenant, service, name, ok, why)
ON CONFLICT (tenant, service, process, name) DO UPDATE SET
    ok = excluded.ok, why = excluded.why, looked_at = excluded.looked_at, silent_at = excluded.silent_at,
    since = CASE WHEN s.ok = excluded.ok AND s.why IS NOT DISTINCT FROM excluded.why THEN s.since ELSE excluded.since END

-- name: forget_standings
-- What this process did not find this time, and what processes said of whom nobody has heard for a day.
DELETE FROM detector_standing WHERE (process = %(process)s AND looked_at < %(now)s) OR looked_at < %(now)s - interval '1 day'

-- name: detector_states
-- How each detector, list and exchange stands over the processes that live; `silent` where one says nothing of it any more.
SELECT d.name, min(coalesce(d.why, 'silent')) FILTER (WHERE d.red), min(d.since) FILTER (WHERE d.red = d.any_red), count(*), count(*) FILTER (WHERE d.red)
FROM (
    SELECT s.tenant, s.service, s.name, s.why, s.since, r.red, bool_or(r.red) OVER (PARTITION BY s.tenant, s.service, s.name) AS any_red
    FROM detector_standing s
    JOIN process_beat b ON b.name = s.process
    CROSS JOIN LATERAL (SELECT NOT s.ok OR s.silent_at < %(now)s) AS r (red)
    WHERE b.beat_at > clock_timestamp() - interval '15 seconds'
      AND (%(tenant)s = '*' OR s.tenant IN (%(tenant)s, '*')) AND (%(service)s = '*' OR s.service IN (%(service)s, '*'))
) AS d
GROUP BY d.tenant, d.service, d.name
ORDER BY d.name, d.tenant, d.service

-- name: looks_due
-- What must follow from looks and has not yet: cases to open, looks to repeat, and what was given up.
SELECT
    count(*) FILTER (WHERE kind = 'open_case' AND dead_at IS NULL), count(*) FILTER (WHERE kind = 'look_again' AND dead_at IS NULL),
    count(*) FILTER (WHERE dead_at IS NOT NULL), min(created_at) FILTER (WHERE dead_at IS NULL)
FROM look_task
WHERE done_at IS NULL AND (%(tenant)s = '*' OR tenant = %(tenant)s) AND (%(service)s = '*' OR service = %(service)s)

-- name: matches_by_rule
-- On how many looks since then each rule matched; ids of looks grow with time.
SELECT m.entry ->> 'entry', (m.entry ->> 'version')::int, count(*)
FROM content_look l, jsonb_array_elements(l.signals) AS s (signal), jsonb_array_elements(s.signal -> 'matches') AS m (entry)
WHERE l.tenant = %(tenant)s AND l.service = %(service)s AND l.mark = %(mark)s AND l.id >= %(first)s AND l.at >= %(since)s
  AND l.result = 'match' AND s.signal ->> 'detector' = %(detector)s
GROUP BY 1, 2
