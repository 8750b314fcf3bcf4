-- name: hold
-- One at a time changes what a service's guard lists.
INSERT INTO guard_generation (tenant, service, number) VALUES (%(tenant)s, %(service)s, 0)
ON CONFLICT (tenant, service) DO UPDATE SET number = guard_generation.number

-- name: move_generation
-- Something was changed.
UPDATE guard_generation SET number = number + 1 WHERE tenant = %(tenant)s AND service = %(service)s

-- name: stamp
-- How often anything was changed, and how much has come to its time and is not settled yet.
SELECT
    (SELECT number FROM guard_generation WHERE tenant = %(tenant)s AND service = %(service)s),
    (
        SELECT count(*) FROM guard_entry
        WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
            AND state IN ('proposed', 'provisional', 'live', 'leaving', 'suspended')
            AND LEAST(expires_at, answer_by) <= %(now)s
    ),
    (
        SELECT count(*) FROM guard_switch
        WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND state = 'shut'
            AND until <= %(now)s
    )

-- name: add_change
-- An act, by whom, on what.
INSERT INTO guard_change (
    tenant, service, id, mark, event, subjects, person, at, key, body_key, sealed_key, sealed_body
)
VALUES (
    %(tenant)s, %(service)s, %(id)s, %(mark)s, %(event)s, %(subjects)s::uuid[], %(person)s, %(at)s,
    %(key)s, %(body_key)s, %(sealed_key)s, %(sealed_body)s
)

-- name: change_of_key
-- What was done by a call of this key before.
SELECT id, subjects, body_key FROM guard_change
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND key = %(key)s

-- name: changes_of
-- What was done to one thing, the oldest first.
SELECT id, event, person, at, sealed_key, sealed_body FROM guard_change
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND subjects @> ARRAY[%(id)s::uuid]
ORDER BY at, id

-- name: did_before
-- Whether a person did this before to one of these, whatever became of it.
SELECT 1 FROM guard_change
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND subjects && %(ids)s::uuid[]
    AND event = %(event)s AND lower(person) = lower(%(person)s)
LIMIT 1
