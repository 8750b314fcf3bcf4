-- name: add_investigation
-- A new room; no row where one of this key is there.
INSERT INTO investigation (
    tenant, service, mark, id, state, opened_by, opened_at, key, body_key, sealed_key, sealed_body, sealed_title
)
VALUES (
    %(tenant)s, %(service)s, %(mark)s, %(id)s, %(state)s, %(person)s, %(now)s, %(key)s, %(body_key)s, %(sealed_key)s, %(sealed_body)s,
    %(sealed_title)s
)
ON CONFLICT (tenant, service, mark, key) WHERE key IS NOT NULL DO NOTHING
RETURNING id

-- name: investigation_of_key
-- The room that a call of this key opened before, and who did.
SELECT id, body_key, opened_by FROM investigation
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND key = %(key)s

-- name: hold_investigation
-- A room for one of its people, held until the transaction ends; no row for anybody else.
SELECT i.state, i.entries, i.sealed_key, i.sealed_body
FROM investigation i
JOIN investigation_person p ON p.tenant = i.tenant AND p.service = i.service AND p.investigation_id = i.id AND p.person = %(person)s
WHERE i.tenant = %(tenant)s AND i.service = %(service)s AND i.mark = %(mark)s AND i.id = %(id)s
FOR UPDATE OF i

-- name: show_investigations
-- Rooms of one person, the newest first, after one of them.
SELECT i.id, i.state, i.opened_by, i.opened_at, i.closed_at, i.entries, i.sealed_key, i.sealed_body, i.sealed_title
FROM investigation i
JOIN investigation_person p ON p.tenant = i.tenant AND p.service = i.service AND p.investigation_id = i.id AND p.person = %(person)s
WHERE i.tenant = %(tenant)s AND i.service = %(service)s AND i.mark = %(mark)s
  AND (%(state)s::text IS NULL OR i.state = %(state)s) AND (%(id)s::uuid IS NULL OR i.id = %(id)s)
  AND (%(after)s::uuid IS NULL OR i.id < %(after)s)
ORDER BY i.id DESC
LIMIT %(limit)s

-- name: move_investigation
-- Where a room stands, and how many entries it has.
UPDATE investigation SET state = %(state)s, closed_at = %(closed_at)s, entries = %(entries)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s

-- name: count_entry
-- How many entries a room has.
UPDATE investigation SET entries = %(number)s WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s

-- name: add_entry
-- One entry of the time line.
INSERT INTO investigation_entry (tenant, service, investigation_id, number, id, kind, person, at, key, body_key, sealed)
VALUES (
    %(tenant)s, %(service)s, %(id)s, %(number)s, %(entry_id)s, %(kind)s, %(person)s, %(now)s, %(key)s, %(body_key)s, %(sealed)s
)

-- name: entry_of_key
-- The entry that a call of this key wrote before.
SELECT number, body_key FROM investigation_entry
WHERE tenant = %(tenant)s AND service = %(service)s AND investigation_id = %(id)s AND key = %(key)s

-- name: entries_of
-- The time line of a room, the oldest first, each with its leaf and where that stands in the log.
SELECT e.number, e.id, e.kind, e.person, e.at, e.sealed, l.content, l.leaf_hash, l.leaf_index
FROM investigation_entry e
JOIN ledger_leaf l ON l.tenant = e.tenant AND l.fact_id = e.id
WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.investigation_id = %(id)s
ORDER BY e.number

-- name: naming_entries
-- Entries of some rooms that refer to somebody or something, sealed.
SELECT investigation_id, id, sealed FROM investigation_entry
WHERE tenant = %(tenant)s AND service = %(service)s AND investigation_id = ANY (%(ids)s) AND kind = ANY (%(kinds)s)

-- name: near_references
-- Those of some ids that are of a case, notice, decision or member of a network about whom the caller is too near to.
SELECT c.id FROM case_file c
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = ANY (%(ids)s::uuid[]) AND NOT {{tutela.access.sight.not_near_case}}
UNION ALL
SELECT i.notice_id FROM item i
JOIN case_file c ON (c.tenant, c.service, c.id) = (i.tenant, i.service, i.case_id)
WHERE i.tenant = %(tenant)s AND i.service = %(service)s AND i.notice_id = ANY (%(ids)s::uuid[])
  AND NOT {{tutela.access.sight.not_near_case}}
UNION ALL
SELECT d.id FROM decision d
LEFT JOIN case_file c ON (c.tenant, c.service, c.id) = (d.tenant, d.service, d.case_id)
WHERE d.tenant = %(tenant)s AND d.service = %(service)s AND d.id = ANY (%(ids)s::uuid[])
  AND ARRAY[d.subject_key, c.account_key] && {{tutela.access.sight.near}}
UNION ALL
SELECT l.id FROM network_lead l
WHERE l.tenant = %(tenant)s AND l.service = %(service)s AND l.id = ANY (%(ids)s::uuid[]) AND NOT {{tutela.access.sight.not_near_lead}}
UNION ALL
SELECT n.id FROM network_case n
WHERE n.tenant = %(tenant)s AND n.service = %(service)s AND n.id = ANY (%(ids)s::uuid[])
  AND NOT {{tutela.access.sight.not_near_network}}

-- name: add_person
-- Somebody knows of a room; no row where they did before.
INSERT INTO investigation_person (tenant, service, investigation_id, person, since)
VALUES (%(tenant)s, %(service)s, %(id)s, %(other)s, %(now)s)
ON CONFLICT DO NOTHING
RETURNING person

-- name: remove_person
-- Somebody is shown a room no longer; no row where they were not.
DELETE FROM investigation_person
WHERE tenant = %(tenant)s AND service = %(service)s AND investigation_id = %(id)s AND person = %(other)s
RETURNING person

-- name: people_of
-- Who knows of a room, since when, and what they may do by their role.
SELECT p.person, p.since, u.role
FROM investigation_person p
LEFT JOIN staff_user u ON u.tenant = p.tenant AND u.name = p.person
WHERE p.tenant = %(tenant)s AND p.service = %(service)s AND p.investigation_id = %(id)s
ORDER BY p.since, p.person

-- name: role_of
-- What a user may do; no row where there is none of that name.
SELECT name, role FROM staff_user WHERE tenant = %(tenant)s AND name = %(other)s

-- name: keep_look
-- Somebody looked into a room.
INSERT INTO investigation_look (tenant, service, investigation_id, person, at, entries)
VALUES (%(tenant)s, %(service)s, %(id)s, %(person)s, %(now)s, %(entries)s)

-- name: looks_of
-- Who looked into a room when last, and how often.
SELECT person, max(at), count(*) FROM investigation_look
WHERE tenant = %(tenant)s AND service = %(service)s AND investigation_id = %(id)s
GROUP BY person
ORDER BY max(at) DESC, person

-- name: forget_investigations
-- Rooms that were closed so long ago that nobody may keep them; their leaves stay.
DELETE FROM investigation WHERE closed_at < %(before)s
