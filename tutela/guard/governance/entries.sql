-- name: add_entries
-- What was asked to be listed, all of it together.
INSERT INTO guard_entry (
    tenant, service, mark, batch_id, state, proposed_by, asked_by, asked_at, answer_by, created_at, changed_at,
    expires_at, id, kind, verdict, form, languages, surfaces, network, value_key, sealed_key, sealed_body
)
SELECT
    %(tenant)s, %(service)s, %(mark)s, %(batch_id)s, %(state)s, %(person)s, %(person)s, %(now)s, %(answer_by)s,
    %(now)s, %(now)s, %(expires_at)s, e.id, e.kind, e.verdict, e.form,
    string_to_array(e.languages, ','), string_to_array(e.surfaces, ','), e.network, e.value_key, e.sealed_key,
    e.sealed_body
FROM unnest(
    %(ids)b::uuid[], %(kinds)b::text[], %(verdicts)b::text[], %(forms)b::text[], %(languages)b::text[],
    %(surfaces)b::text[], %(networks)b::text[], %(value_keys)b::bytea[], %(sealed_keys)b::bytea[],
    %(sealed_bodies)b::bytea[]
) AS e (id, kind, verdict, form, languages, surfaces, network, value_key, sealed_key, sealed_body)

-- name: listed_before
-- Which of these values are listed or proposed already, by their place from 1.
SELECT v.place, e.id, e.state
FROM unnest(%(kinds)b::text[], %(value_keys)b::bytea[]) WITH ORDINALITY AS v (kind, value_key, place)
JOIN guard_entry e ON e.kind = v.kind AND e.value_key = v.value_key
WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.mark = %(mark)s
    AND e.state IN ('proposed', 'provisional', 'live', 'leaving', 'suspended')
ORDER BY v.place

-- name: batch
-- When a batch was asked for, until when it holds, and whether it was an emergency.
SELECT min(e.created_at), min(e.expires_at), bool_or(c.event = 'enacted')
FROM guard_entry e
JOIN guard_change c ON c.tenant = e.tenant AND c.service = e.service AND c.subjects @> ARRAY[%(batch_id)s::uuid]
    AND c.event IN ('proposed', 'enacted')
WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.mark = %(mark)s AND e.batch_id = %(batch_id)s

-- name: lock_entries
-- An entry, or all entries of a batch, locked until the transaction ends.
SELECT id, batch_id, kind, state, asked_by, proposed_by, approved_by, expires_at, answer_by
FROM guard_entry
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
    AND (id = %(id)s OR batch_id = %(id)s)
ORDER BY id
FOR UPDATE

-- name: move_entries
-- Entries in their next state, each with who has to be answered and until when.
UPDATE guard_entry SET
    state = m.state,
    asked_by = coalesce(%(asked_by)s::text, asked_by),
    asked_at = CASE WHEN %(asked_by)s::text IS NULL THEN asked_at ELSE %(now)s END,
    answer_by = CASE WHEN %(answer_by)s::timestamptz IS NOT NULL THEN LEAST(%(answer_by)s, expires_at) END,
    approved_by = coalesce(%(approved_by)s::text, approved_by),
    changed_at = %(now)s
FROM unnest(%(ids)b::uuid[], %(states)b::text[]) AS m (id, state)
WHERE guard_entry.tenant = %(tenant)s AND guard_entry.service = %(service)s AND guard_entry.id = m.id

-- name: in_force
-- What is listed now, or was taken out by one word and is back by then, in the order of its ids.
SELECT id, kind, verdict, form, languages, surfaces, network, sealed_key, sealed_body
FROM guard_entry
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
    AND expires_at > %(now)s
    AND (
        state IN ('live', 'leaving')
        OR (state = 'provisional' AND answer_by > %(now)s)
        OR (state = 'suspended' AND answer_by <= %(back_by)s)
    )
ORDER BY id

-- name: enacted_in_vain
-- What a person listed in an emergency, and nobody agreed to, however it ended.
SELECT e.id, e.kind, e.sealed_key, e.sealed_body
FROM guard_change c
JOIN guard_entry e ON e.tenant = c.tenant AND e.service = c.service AND e.batch_id = c.subjects[1]
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.mark = %(mark)s AND c.event = 'enacted'
    AND lower(c.person) = lower(%(person)s)
    AND e.approved_by IS NULL AND e.state IN ('rejected', 'lapsed', 'expired', 'withdrawn')

-- name: values
-- An entry, or all entries of a batch that are not over, with what is looked for.
SELECT id, kind, verdict, form, languages, surfaces, sealed_key, sealed_body
FROM guard_entry
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
    AND (id = %(id)s OR (batch_id = %(id)s AND state IN ('proposed', 'provisional', 'live', 'leaving', 'suspended')))
ORDER BY id
