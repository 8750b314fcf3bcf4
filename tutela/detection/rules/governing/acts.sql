-- name: hold
-- One at a time changes a service's policies, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('rules ' || %(tenant)s || '/' || %(service)s, 0))

-- name: add_change
-- An act, by whom, on what.
INSERT INTO rule_change (tenant, service, id, event, subject, person, at, sealed_key, sealed_body)
VALUES (%(tenant)s, %(service)s, %(id)s, %(event)s, %(subject)s, %(person)s, %(at)s, %(sealed_key)s, %(sealed_body)s)

-- name: changes_of
-- What was done to one thing, the oldest first.
SELECT id, event, person, at, sealed_key, sealed_body FROM rule_change
WHERE tenant = %(tenant)s AND service = %(service)s AND subject = %(id)s
ORDER BY at, id
