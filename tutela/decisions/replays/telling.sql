-- name: claim_unnoted
-- Items of which nobody has noted yet whom they concern, held until the transaction ends, with what their notices say of that.
SELECT e.notice_id, e.ordinal, n.sealed_key, n.sealed_body
FROM incident_item e
JOIN notice n ON (n.tenant, n.service, n.id) = (e.tenant, e.service, e.notice_id)
WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.incident_id = %(incident_id)s AND e.noted_at IS NULL
ORDER BY e.notice_id, e.ordinal
LIMIT %(limit)s
FOR UPDATE OF e SKIP LOCKED

-- name: statements_of_items
-- The statements of reasons that wrong answers to some items brought about.
SELECT DISTINCT s.id, s.sealed_key, s.sealed_body
FROM unnest(%(notice_ids)s::uuid[], %(ordinals)s::int2[]) AS named (notice_id, ordinal)
JOIN incident_item e ON e.tenant = %(tenant)s AND e.service = %(service)s AND e.incident_id = %(incident_id)s
  AND (e.notice_id, e.ordinal) = (named.notice_id, named.ordinal) AND e.replayed_as IN ('reopened', 'erased')
JOIN item i ON (i.tenant, i.service, i.notice_id, i.ordinal) = (e.tenant, e.service, e.notice_id, e.ordinal)
JOIN statement s ON (s.tenant, s.service, s.decision_id) = (i.tenant, i.service, i.decision_id)
WHERE s.sealed_key IS NOT NULL

-- name: add_concerns
-- Persons and what of theirs was touched, each once.
INSERT INTO incident_concern (tenant, service, incident_id, concerned, person_key, ref_id)
SELECT %(tenant)s, %(service)s, %(incident_id)s, c.*
FROM unnest(%(concerned)s::text[], %(person_keys)s::bytea[], %(ref_ids)s::uuid[]) AS c
ON CONFLICT DO NOTHING

-- name: mark_noted
-- It is noted whom these items concern.
UPDATE incident_item e SET noted_at = %(now)s
FROM unnest(%(notice_ids)s::uuid[], %(ordinals)s::int2[]) AS named (notice_id, ordinal)
WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.incident_id = %(incident_id)s
  AND (e.notice_id, e.ordinal) = (named.notice_id, named.ordinal)

-- name: lock_untold
-- An incident of which not everybody is told, held until the transaction ends, and whether an item of it is not noted yet.
SELECT EXISTS (
    SELECT FROM incident_item e
    WHERE (e.tenant, e.service, e.incident_id) = (n.tenant, n.service, n.id) AND e.noted_at IS NULL
)
FROM incident n
WHERE n.tenant = %(tenant)s AND n.service = %(service)s AND n.id = %(incident_id)s AND n.told_at IS NULL
FOR UPDATE OF n

-- name: untold_persons
-- Some of those for whom no message is written.
SELECT DISTINCT c.concerned, c.person_key FROM incident_concern c
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.incident_id = %(incident_id)s AND c.message_id IS NULL
ORDER BY c.concerned, c.person_key
LIMIT %(limit)s

-- name: concerns_of
-- What of each of these persons was touched, the first so many of it, how much there is, and until when nobody may be told.
SELECT c.concerned, c.person_key, c.ref_id, c.total, coalesce(n.sealed_key, s.sealed_key), coalesce(n.sealed_body, s.sealed_body), w.until, i.items
FROM (
    SELECT c.*, row_number() OVER (PARTITION BY c.concerned, c.person_key ORDER BY c.ref_id) AS nth,
        count(*) OVER (PARTITION BY c.concerned, c.person_key) AS total
    FROM incident_concern c
    JOIN unnest(%(concerned)s::text[], %(person_keys)s::bytea[]) AS p (concerned, person_key) USING (concerned, person_key)
    WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.incident_id = %(incident_id)s
) AS c
LEFT JOIN notice n ON c.concerned <> 'recipient' AND (n.tenant, n.service, n.id) = (c.tenant, c.service, c.ref_id)
LEFT JOIN statement s ON c.concerned = 'recipient' AND (s.tenant, s.service, s.id) = (c.tenant, c.service, c.ref_id)
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(e.ordinal, e.replayed_as, e.reopened_as) ORDER BY e.ordinal) AS items
    FROM incident_item e
    WHERE c.concerned <> 'recipient' AND (e.tenant, e.service, e.incident_id, e.notice_id) = (c.tenant, c.service, c.incident_id, c.ref_id)
) AS i ON true
LEFT JOIN LATERAL (
    SELECT max(d.withheld_until) AS until FROM decision d
    WHERE d.tenant = c.tenant AND d.service = c.service AND (d.id = s.decision_id OR d.id IN (
        SELECT o.decision_id FROM item o WHERE (o.tenant, o.service, o.notice_id) = (n.tenant, n.service, n.id)
    ))
) AS w ON true
WHERE c.nth <= %(listed)s
ORDER BY c.concerned, c.person_key, c.ref_id

-- name: add_messages
-- Messages that tell persons of an incident; one that nobody may be told of yet waits.
INSERT INTO outbox (
    tenant, service, mark, created_at, due_at, withheld_until, id, kind, incident_id, subject_key, sealed_key, sealed_body
)
SELECT
    %(tenant)s, %(service)s, 'real', %(now)s, greatest(%(now)s, m.withheld_until), m.withheld_until, m.id, 'incident.notified',
    %(incident_id)s, m.person_key, m.sealed_key, m.sealed_body
FROM unnest(
    %(message_ids)s::uuid[], %(message_keys)s::bytea[], %(withheld)s::timestamptz[], %(sealed_keys)s::bytea[], %(sealed_bodies)s::bytea[]
) AS m (id, person_key, withheld_until, sealed_key, sealed_body)

-- name: mark_told
-- The message of each of these persons.
UPDATE incident_concern c SET message_id = p.message_id
FROM unnest(%(concerned)s::text[], %(person_keys)s::bytea[], %(person_messages)s::uuid[]) AS p (concerned, person_key, message_id)
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.incident_id = %(incident_id)s
  AND (c.concerned, c.person_key) = (p.concerned, p.person_key) AND p.message_id IS NOT NULL

-- name: forget_erased
-- Persons of whom nothing is left that they could be told of.
DELETE FROM incident_concern c
USING unnest(%(concerned)s::text[], %(person_keys)s::bytea[], %(person_messages)s::uuid[]) AS p (concerned, person_key, message_id)
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.incident_id = %(incident_id)s
  AND (c.concerned, c.person_key) = (p.concerned, p.person_key) AND p.message_id IS NULL

-- name: count_told
-- Persons and messages of an incident, and notices of which nobody can be told.
SELECT
    count(DISTINCT c.person_key) FILTER (WHERE c.concerned = 'notifier'), count(DISTINCT c.person_key) FILTER (WHERE c.concerned = 'recipient'),
    count(DISTINCT c.person_key) FILTER (WHERE c.concerned = 'unnamed'),
    (
        SELECT count(DISTINCT e.notice_id) FROM incident_item e
        JOIN notice n ON (n.tenant, n.service, n.id) = (e.tenant, e.service, e.notice_id)
        WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.incident_id = %(incident_id)s AND n.sealed_key IS NULL
    ),
    count(DISTINCT c.message_id)
FROM incident_concern c
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.incident_id = %(incident_id)s

-- name: finish_telling
-- Everybody who can be told of an incident has a message.
UPDATE incident SET told_at = %(at)s, told = %(told)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(incident_id)s AND told_at IS NULL
