-- name: add_act
-- An act, by whom, on what.
INSERT INTO list_act (tenant, service, id, event, subject, person, at, sealed_key, sealed_body)
VALUES (%(tenant)s, %(service)s, %(id)s, %(event)s, %(subject)s, %(person)s, %(at)s, %(sealed_key)s, %(sealed_body)s)

-- name: acts_of
-- What was done to one thing, the oldest first.
SELECT id, event, person, at, sealed_key, sealed_body FROM list_act
WHERE tenant = %(tenant)s AND service = %(service)s AND subject = %(id)s
ORDER BY at, id
