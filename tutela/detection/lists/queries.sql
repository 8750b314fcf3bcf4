-- name: service_is_there
-- Whether the tenant has the service.
SELECT EXISTS (SELECT FROM service WHERE tenant = %(tenant)s AND service = %(service)s)

-- name: add_list
-- A new list without entries; no row where one of the name is there.
INSERT INTO known_list (
    tenant, service, name, family, owner, reason, provenance, licence, longest_age_seconds, expires_at, kept_by, created_at,
    confirmed_at
)
VALUES (
    %(tenant)s, %(service)s, %(name)s, %(family)s, %(owner)s, %(reason)s, %(provenance)s, %(licence)s, %(longest_age_seconds)s,
    %(expires_at)s, %(kept_by)s, %(at)s, %(at)s
)
ON CONFLICT DO NOTHING
RETURNING id

-- name: lock_list
-- A list as it is changed next, held until the transaction ends.
SELECT id, family, kept_by, version, next_entry, withdrawn_at FROM known_list
WHERE tenant = %(tenant)s AND service = %(service)s AND name = %(name)s
FOR UPDATE

-- name: known_digests
-- Which entries of a batch the list has already, whether they were withdrawn, and whether by their source.
SELECT d.digest, d.variant, w.entry IS NOT NULL, coalesce(w.by_source, false)
FROM list_digest d
LEFT JOIN list_withdrawal w USING (list_id, entry)
WHERE d.list_id = %(list_id)s AND d.digest = ANY (%(digests)b::bytea[])

-- name: add_digests
-- By what the entries of a chunk are found again; one that its source took back and brings again is a new entry.
INSERT INTO list_digest (tenant, list_id, entry, updated_at, digest, variant, source_digest)
SELECT %(tenant)s, %(list_id)s, e.*
FROM unnest(
    %(entries)s::bigint[], %(updated)s::timestamptz[], %(digests)b::bytea[], %(variants)b::bytea[], %(sources)b::bytea[]
) AS e
ON CONFLICT (list_id, digest, variant) DO UPDATE SET entry = excluded.entry, updated_at = excluded.updated_at

-- name: touch_digests
-- The source said again, and later, that it has these entries.
UPDATE list_digest d SET updated_at = u.updated_at
FROM unnest(%(digests)b::bytea[], %(variants)b::bytea[], %(updated)s::timestamptz[]) AS u (digest, variant, updated_at)
WHERE d.list_id = %(list_id)s AND d.digest = u.digest AND d.variant = u.variant
  AND (d.updated_at IS NULL OR d.updated_at < u.updated_at)

-- name: add_chunk
-- A row of sealed entries.
INSERT INTO list_chunk (list_id, tenant, first_entry, entries, kind, version, sealed_key, sealed_body)
VALUES (%(list_id)s, %(tenant)s, %(first_entry)s, %(entries)s, %(kind)s, %(version)s, %(sealed_key)s, %(sealed_body)s)

-- name: withdraw_values
-- Withdraws hashes or terms whoever listed them, or those of one id of the source, unless the source changed them later.
INSERT INTO list_withdrawal (list_id, tenant, entry, version, by_source)
SELECT DISTINCT %(list_id)s::bigint, %(tenant)s, d.entry, %(version)s::integer, %(by_source)s::boolean
FROM unnest(%(digests)b::bytea[], %(sources)b::bytea[], %(updated)s::timestamptz[]) AS g (digest, source_digest, updated_at)
JOIN list_digest d ON d.list_id = %(list_id)s AND d.digest = g.digest
WHERE (g.source_digest IS NULL OR d.source_digest = g.source_digest)
  AND (g.updated_at IS NULL OR d.updated_at IS NULL OR d.updated_at <= g.updated_at)
ON CONFLICT DO NOTHING
RETURNING entry

-- name: withdraw_sources
-- Withdraws all entries of ids of the source, unless the source changed them later.
INSERT INTO list_withdrawal (list_id, tenant, entry, version, by_source)
SELECT DISTINCT %(list_id)s::bigint, %(tenant)s, d.entry, %(version)s::integer, %(by_source)s::boolean
FROM unnest(%(sources)b::bytea[], %(updated)s::timestamptz[]) AS g (source_digest, updated_at)
JOIN list_digest d ON d.list_id = %(list_id)s AND d.source_digest = g.source_digest
WHERE g.updated_at IS NULL OR d.updated_at IS NULL OR d.updated_at <= g.updated_at
ON CONFLICT DO NOTHING
RETURNING entry

-- name: withdraw_entries
-- Withdraws entries by their numbers; those that the list has not are left out.
INSERT INTO list_withdrawal (list_id, tenant, entry, version)
SELECT DISTINCT %(list_id)s::bigint, %(tenant)s, e.entry, %(version)s::integer
FROM unnest(%(entries)s::bigint[]) AS e (entry)
JOIN list_chunk c ON c.list_id = %(list_id)s AND e.entry >= c.first_entry AND e.entry < c.first_entry + c.entries
ON CONFLICT DO NOTHING
RETURNING entry

-- name: move_list
-- The list after a change.
UPDATE known_list SET
    version = %(version)s, next_entry = %(next_entry)s, withdrawn_entries = withdrawn_entries + %(withdrawn)s,
    confirmed_at = CASE WHEN %(confirms)s THEN %(at)s ELSE confirmed_at END
WHERE id = %(list_id)s

-- name: confirm_list
-- Its source says that this is what it holds.
UPDATE known_list SET confirmed_at = %(at)s WHERE id = %(list_id)s

-- name: end_list
-- From now on nothing of the list matches.
UPDATE known_list SET withdrawn_at = %(at)s WHERE id = %(list_id)s

-- name: expire_list
-- The day from which on nothing of the list matches; none for no such day.
UPDATE known_list SET expires_at = %(expires_at)s WHERE id = %(list_id)s

-- name: switch_list
-- Until when the list is switched off; none for on.
UPDATE known_list SET off_until = %(off_until)s WHERE id = %(list_id)s

-- name: add_version
-- What changed, with who did it and why under seal.
INSERT INTO list_version (list_id, tenant, version, id, change, at, added, withdrawn, refused, sealed_key, sealed_body)
VALUES (
    %(list_id)s, %(tenant)s, %(version)s, %(id)s, %(change)s, %(at)s, %(added)s, %(withdrawn)s, %(refused)s, %(sealed_key)s,
    %(sealed_body)s
)

-- name: standings
-- The lists of a service, or of all, by their names, with how many entries of each kind they have.
SELECT l.id, l.tenant, l.service, l.name, l.family, l.owner, l.reason, l.provenance, l.licence, l.kept_by,
    l.withdrawn_entries, l.created_at,
    (SELECT coalesce(jsonb_object_agg(k.kind, k.entries), '{}') FROM (
        SELECT c.kind, sum(c.entries) AS entries FROM list_chunk c WHERE c.list_id = l.id GROUP BY c.kind) AS k),
    l.version, l.confirmed_at, l.longest_age_seconds, l.expires_at, l.withdrawn_at, l.off_until
FROM known_list l
WHERE (%(service)s::text IS NULL OR (l.tenant = %(tenant)s AND l.service = %(service)s))
  AND (%(name)s::text IS NULL OR l.name = %(name)s)
ORDER BY l.tenant, l.service, l.name

-- name: marks
-- Of each list of a service what tells whether anything changed; cheap, a row a list.
SELECT name, version, confirmed_at, longest_age_seconds, expires_at, withdrawn_at, off_until
FROM known_list
WHERE tenant = %(tenant)s AND service = %(service)s
ORDER BY name

-- name: all_marks
-- The same of every list of every service.
SELECT tenant, service, name, family, version, confirmed_at, longest_age_seconds, expires_at, withdrawn_at, off_until
FROM known_list
ORDER BY tenant, service, name

-- name: list_by_name
-- A list, and what tells whether anything in it changed.
SELECT id, family, version, confirmed_at, longest_age_seconds, expires_at, withdrawn_at, off_until
FROM known_list
WHERE tenant = %(tenant)s AND service = %(service)s AND name = %(name)s

-- name: history
-- The changes of a list, the newest first.
SELECT v.version, v.change, v.at, v.added, v.withdrawn, v.refused, v.id, v.sealed_key, v.sealed_body
FROM list_version v
WHERE v.list_id = %(list_id)s
ORDER BY v.version DESC
LIMIT %(limit)s

-- name: chunks
-- The sealed rows of a list that were added after one version and up to another, in their order.
SELECT first_entry, entries, kind, sealed_key, sealed_body
FROM list_chunk
WHERE list_id = %(list_id)s AND version > %(since)s AND version <= %(version)s
ORDER BY first_entry

-- name: chunk_sizes
-- How many entries of each kind were added after one version and up to another.
SELECT kind, sum(entries)
FROM list_chunk
WHERE list_id = %(list_id)s AND version > %(since)s AND version <= %(version)s
GROUP BY kind
ORDER BY kind

-- name: withdrawals
-- Entries that were withdrawn after one version and up to another.
SELECT entry FROM list_withdrawal WHERE list_id = %(list_id)s AND version > %(since)s AND version <= %(version)s ORDER BY entry

-- name: chunk_of_entry
-- The sealed row in which an entry lies, and whether it was withdrawn.
SELECT c.first_entry, c.kind, c.sealed_key, c.sealed_body, EXISTS (
    SELECT FROM list_withdrawal w WHERE w.list_id = c.list_id AND w.entry = %(entry)s)
FROM list_chunk c
WHERE c.list_id = %(list_id)s AND c.first_entry <= %(entry)s AND c.first_entry + c.entries > %(entry)s

-- name: follow_exchange
-- From now on the list follows an exchange, from its beginning where that is another one than before.
INSERT INTO list_exchange (list_id, tenant, api, url, credentials_file, every_seconds, next_at)
VALUES (%(list_id)s, %(tenant)s, %(api)s, %(url)s, %(credentials_file)s, %(every_seconds)s, %(at)s)
ON CONFLICT (list_id) DO UPDATE SET
    checkpoint = CASE WHEN (list_exchange.api, list_exchange.url) = (excluded.api, excluded.url) THEN list_exchange.checkpoint ELSE '' END,
    api = excluded.api, url = excluded.url, credentials_file = excluded.credentials_file, every_seconds = excluded.every_seconds,
    next_at = excluded.next_at

-- name: unfollow_exchange
-- The list follows no exchange any more.
DELETE FROM list_exchange WHERE list_id = %(list_id)s

-- name: claim_exchange
-- An exchange that is due, for one process; the next try is due a period later, whatever becomes of this one.
UPDATE list_exchange x SET next_at = %(now)s + make_interval(secs => x.every_seconds)
FROM (
    SELECT e.list_id FROM list_exchange e JOIN known_list k ON k.id = e.list_id
    WHERE e.next_at <= %(now)s AND k.withdrawn_at IS NULL
    ORDER BY e.next_at LIMIT 1
    FOR UPDATE OF e SKIP LOCKED
) AS due
JOIN known_list l ON l.id = due.list_id
WHERE x.list_id = due.list_id
RETURNING x.list_id, l.tenant, l.service, l.name, x.api, x.url, x.credentials_file, x.checkpoint

-- name: exchange_moved
-- How far the exchange was read; no row where it is another one by now, or another process went on.
UPDATE list_exchange SET checkpoint = %(checkpoint)s
WHERE list_id = %(list_id)s AND (api, url, checkpoint) = (%(api)s, %(url)s, %(before)s)
RETURNING list_id

-- name: exchange_succeeded
-- The exchange was read to its end.
UPDATE list_exchange SET succeeded_at = %(now)s, failure = NULL, failing_since = NULL WHERE list_id = %(list_id)s

-- name: exchange_failed
-- The exchange could not be read.
UPDATE list_exchange SET failure = %(failure)s, failing_since = coalesce(failing_since, %(now)s) WHERE list_id = %(list_id)s

-- name: exchanges
-- The exchanges that the lists of a service, or of all, follow.
SELECT l.tenant, l.service, l.name, x.api, x.url, x.every_seconds, x.succeeded_at, x.failure, x.failing_since
FROM list_exchange x
JOIN known_list l ON l.id = x.list_id
WHERE (%(service)s::text IS NULL OR (l.tenant = %(tenant)s AND l.service = %(service)s)) AND l.withdrawn_at IS NULL
ORDER BY l.tenant, l.service, l.name

-- name: add_verdict
-- What a reviewer found of an entry, with who and why under seal.
INSERT INTO list_verdict (id, list_id, tenant, entry, verdict, at, sealed_key, sealed_body)
VALUES (%(id)s, %(list_id)s, %(tenant)s, %(entry)s, %(verdict)s, %(at)s, %(sealed_key)s, %(sealed_body)s)

-- name: verdicts
-- The entries of a list that reviewers judged, those that were refuted most often first.
SELECT v.entry, count(*) FILTER (WHERE verdict = 'confirmed'), count(*) FILTER (WHERE verdict = 'refuted'),
    count(*) FILTER (WHERE verdict = 'unclear'), count(*) FILTER (WHERE told_at IS NOT NULL), max(at),
    EXISTS (SELECT FROM list_withdrawal w WHERE w.list_id = v.list_id AND w.entry = v.entry)
FROM list_verdict v
WHERE v.list_id = %(list_id)s
GROUP BY v.list_id, v.entry
ORDER BY 3 DESC, 1

-- name: untold_verdicts
-- What an exchange was not told yet, the oldest first.
SELECT id, entry, verdict FROM list_verdict
WHERE list_id = %(list_id)s AND told_at IS NULL AND NOT passed_over AND verdict <> 'unclear'
ORDER BY at
LIMIT 100

-- name: verdict_told
-- The exchange took it, or it is not for this exchange.
UPDATE list_verdict SET told_at = CASE WHEN %(took)s THEN %(now)s END, passed_over = NOT %(took)s WHERE id = %(id)s
