-- name: keep_events
-- Some public content as it was told, sealed, for whoever tries a version of a policy on it.
INSERT INTO rule_event (tenant, service, id, at, sealed_key, sealed_body, expires_at)
SELECT %(tenant)s, %(service)s, e.id, %(at)s, e.sealed_key, e.sealed_body, %(expires_at)s
FROM unnest(%(ids)b::uuid[], %(sealed_keys)b::bytea[], %(sealed_bodies)b::bytea[]) AS e (id, sealed_key, sealed_body)

-- name: forget_events
-- What was kept to be tried is forgotten in time.
DELETE FROM rule_event WHERE expires_at <= %(now)s

-- name: newest_events
-- What was kept since then, the newest first.
SELECT id, at, sealed_key, sealed_body FROM rule_event
WHERE tenant = %(tenant)s AND service = %(service)s AND at >= %(since)s AND expires_at > %(now)s
ORDER BY at DESC, id DESC
LIMIT %(limit)s
