-- name: take_events
-- Ids of events are taken once and for ever; those that are new.
INSERT INTO platform_event (tenant, service, id, digest)
SELECT %(tenant)s, %(service)s, id, digest
FROM unnest(%(ids)s::text[], %(digests)s::bytea[]) AS e (id, digest)
ORDER BY id
ON CONFLICT DO NOTHING
RETURNING id

-- name: events_taken
-- What was said under ids, by digest.
SELECT id, digest FROM platform_event WHERE tenant = %(tenant)s AND service = %(service)s AND id = ANY(%(ids)s)

-- name: forget_events
-- Events that were refused may come again, in the transaction that took their ids.
DELETE FROM platform_event WHERE tenant = %(tenant)s AND service = %(service)s AND id = ANY(%(ids)s)
