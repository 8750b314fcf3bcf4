-- name: forget_targets
-- What is configured no more has no standing.
DELETE FROM ledger_publication WHERE NOT target = ANY(%(targets)s::text[])

-- name: targets_due
-- Which log goes where now: there is a newer head, and the target is not to be left alone.
SELECT g.tenant, g.log_id, t.target, coalesce(p.last_size, 0), coalesce(p.failures, 0)
FROM ledger_log g
CROSS JOIN unnest(%(targets)s::text[], %(places)s::bytea[]) AS t (target, place)
LEFT JOIN ledger_publication p ON p.tenant = g.tenant AND p.target = t.target AND p.place = t.place
WHERE (p.retry_at IS NULL OR p.retry_at <= %(now)s)
  AND EXISTS (SELECT FROM ledger_head h WHERE h.tenant = g.tenant AND h.size > coalesce(p.last_size, 0))

-- name: heads_after
-- Heads beyond a size with their checkpoints, the oldest first.
SELECT size, root, at, key_id, signature, checkpoint FROM ledger_head
WHERE tenant = %(tenant)s AND size > %(size)s ORDER BY size, at LIMIT %(most)s

-- name: newest_head
-- The newest head with its checkpoint.
SELECT size, root, at, key_id, signature, checkpoint FROM ledger_head
WHERE tenant = %(tenant)s ORDER BY size DESC, at DESC LIMIT 1

-- name: note_published
-- A target that has the heads up to a size.
INSERT INTO ledger_publication (tenant, target, place, last_size, last_at, retry_at)
VALUES (%(tenant)s, %(target)s, %(place)s, %(size)s, %(at)s, %(retry_at)s)
ON CONFLICT (tenant, target) DO UPDATE
SET place = excluded.place, last_size = excluded.last_size, last_at = excluded.last_at,
    retry_at = excluded.retry_at, failures = 0, last_error = NULL

-- name: note_unpublished
-- A target that did not take a head, why, and when it is tried again; what it has stays known.
INSERT INTO ledger_publication AS p (tenant, target, place, last_size, retry_at, failures, last_error)
VALUES (%(tenant)s, %(target)s, %(place)s, %(size)s, %(retry_at)s, 1, %(error)s)
ON CONFLICT (tenant, target) DO UPDATE
SET place = excluded.place, last_size = excluded.last_size, retry_at = excluded.retry_at,
    last_at = CASE WHEN p.place = excluded.place THEN p.last_at END,
    failures = CASE WHEN p.place = excluded.place THEN p.failures ELSE 0 END + 1,
    last_error = excluded.last_error

-- name: publication_standings
-- How each target stands, of a tenant or of all, beside the newest head.
SELECT p.target, p.last_size, p.last_at, p.last_error, coalesce(h.size, 0), u.at
FROM ledger_publication p
LEFT JOIN LATERAL (
    SELECT max(size) AS size FROM ledger_head WHERE tenant = p.tenant
) AS h ON true
LEFT JOIN LATERAL (
    SELECT at FROM ledger_head WHERE tenant = p.tenant AND size > p.last_size ORDER BY size LIMIT 1
) AS u ON true
WHERE p.tenant = %(tenant)s OR %(tenant)s = '*'
ORDER BY p.tenant, p.target

-- name: keep_stamp
-- The stamp of a head, the first one that came.
INSERT INTO ledger_stamp (tenant, size, head_at, stamped_at, response)
VALUES (%(tenant)s, %(size)s, %(head_at)s, %(stamped_at)s, %(response)s)
ON CONFLICT DO NOTHING

-- name: stamp_of
-- When a head was stamped.
SELECT stamped_at FROM ledger_stamp WHERE tenant = %(tenant)s AND size = %(size)s AND head_at = %(head_at)s
