-- name: keep_cases
-- The groups that a search found.
INSERT INTO network_case (tenant, service, mark, run_id, created_at, state, id, members, figures, sealed_key, sealed_body)
SELECT %(tenant)s, %(service)s, %(mark)s, %(run_id)s, %(now)s, %(open)s, c.id, c.members, c.figures::jsonb, c.sealed_key, c.sealed_body
FROM unnest(%(ids)b::uuid[], %(members)b::int4[], %(figures)b::text[], %(sealed_keys)b::bytea[], %(sealed_bodies)b::bytea[])
    AS c (id, members, figures, sealed_key, sealed_body)

-- name: keep_leads
-- The accounts that a search found, and the seeds among the members of its groups.
INSERT INTO network_lead (
    tenant, service, mark, run_id, id, case_id, sure, part, looks_like, account_key, returned_of, rank, score, possible_minor,
    sealed_key, sealed_body
)
SELECT %(tenant)s, %(service)s, %(mark)s, %(run_id)s, l.*
FROM unnest(
    %(ids)b::uuid[], %(case_ids)b::uuid[], %(sures)b::float8[], %(parts)b::int4[], %(looks_like)b::text[],
    %(account_keys)b::bytea[], %(returned_of)b::bytea[], %(ranks)b::int4[], %(scores)b::float8[], %(minors)b::bool[],
    %(sealed_keys)b::bytea[], %(sealed_bodies)b::bytea[]
) AS l (
    id, case_id, sure, part, looks_like, account_key, returned_of, rank, score, possible_minor, sealed_key, sealed_body
)

-- name: show_leads
-- Leads of a search whom the caller doesn't know, the best first, after one of them.
SELECT
    id, case_id, rank, score, sure, part, looks_like, returned_of, possible_minor, words_key, words_body, account_key, name_key, name_body
FROM told_lead l
WHERE l.tenant = %(tenant)s AND l.service = %(service)s AND l.mark = %(mark)s AND l.run_id = %(run_id)s AND l.rank IS NOT NULL
  AND {{tutela.access.sight.not_near_lead}}
  AND (%(after)s::uuid IS NULL OR l.rank > (
    SELECT f.rank FROM network_lead f WHERE f.tenant = l.tenant AND f.service = l.service AND f.run_id = l.run_id AND f.id = %(after)s
  ))
ORDER BY l.rank
LIMIT %(limit)s

-- name: seeds_named
-- The seeds of some searches, by their digests, with their sealed ids: what reasons name.
SELECT DISTINCT ON (l.account_key) l.account_key, l.possible_minor, a.sealed_key, a.sealed_body
FROM network_lead l
JOIN network_account a ON a.tenant = l.tenant AND a.service = l.service AND a.mark = l.mark AND a.account_key = l.account_key
WHERE l.tenant = %(tenant)s AND l.service = %(service)s AND l.mark = %(mark)s AND l.run_id = %(run_id)s AND l.rank IS NULL
  AND {{tutela.access.sight.not_near_lead}}
ORDER BY l.account_key

-- name: show_members
-- The members of a case: its seeds, then its leads, the best first.
SELECT
    id, case_id, rank, score, sure, part, looks_like, returned_of, possible_minor, words_key, words_body, account_key, name_key, name_body
FROM told_lead l
WHERE l.tenant = %(tenant)s AND l.service = %(service)s AND l.mark = %(mark)s AND l.case_id = %(case_id)s
ORDER BY l.rank NULLS FIRST, l.id

-- name: show_returned
-- Who looks like a removed member of a case under a new id, whether a member or not; the best first.
SELECT
    id, case_id, rank, score, sure, part, looks_like, returned_of, possible_minor, words_key, words_body, account_key, name_key, name_body
FROM told_lead l
WHERE l.tenant = %(tenant)s AND l.service = %(service)s AND l.mark = %(mark)s AND l.returned_case = %(case_id)s
  AND {{tutela.access.sight.not_near_lead}}
ORDER BY l.rank NULLS FIRST, l.id

-- name: one_lead
-- One lead or member by its id, as leads are shown, and its search.
SELECT
    run_id, id, case_id, rank, score, sure, part, looks_like, returned_of, possible_minor, words_key, words_body, account_key,
    name_key, name_body
FROM told_lead l
WHERE l.tenant = %(tenant)s AND l.service = %(service)s AND l.mark = %(mark)s AND l.id = %(id)s
  AND {{tutela.access.sight.not_near_lead}}

-- name: drawn_members
-- The members of a case that are drawn: its seeds, then the surest.
SELECT l.id, l.account_key, l.rank, l.part, l.possible_minor, l.run_id FROM network_lead l
JOIN network_case n ON (n.tenant, n.service, n.id) = (l.tenant, l.service, l.case_id)
WHERE l.tenant = %(tenant)s AND l.service = %(service)s AND l.mark = %(mark)s AND l.case_id = %(case_id)s
  AND {{tutela.access.sight.not_near_network}}
ORDER BY l.rank IS NOT NULL, l.sure DESC, l.id
LIMIT %(limit)s

-- name: show_cases
-- Cases without anybody whom the caller knows, the newest search first and the surest first within it, after one of them.
SELECT n.id, n.run_id, n.state, n.members, n.figures, n.sealed_key, n.sealed_body, n.created_at, n.decided_by, n.decided_at, n.bulk_ids
FROM network_case n
WHERE n.tenant = %(tenant)s AND n.service = %(service)s AND n.mark = %(mark)s
  AND (%(state)s::text IS NULL OR n.state = %(state)s) AND (%(id)s::uuid IS NULL OR n.id = %(id)s)
  AND (%(run_id)s::uuid IS NULL OR n.run_id = %(run_id)s)
  AND {{tutela.access.sight.not_near_network}}
  AND (%(after)s::uuid IS NULL OR n.id < %(after)s)
ORDER BY n.id DESC
LIMIT %(limit)s

-- name: hold_case
-- One case without anybody whom the caller knows, held until the transaction ends.
SELECT n.state FROM network_case n
WHERE n.tenant = %(tenant)s AND n.service = %(service)s AND n.mark = %(mark)s AND n.id = %(id)s
  AND {{tutela.access.sight.not_near_network}}
FOR UPDATE

-- name: decide_case
-- What a person made of a case.
UPDATE network_case SET
    state = %(state)s, decided_by = %(person)s, decided_at = %(now)s,
    bulk_ids = CASE WHEN %(bulk_id)s::uuid IS NULL OR %(bulk_id)s = ANY(bulk_ids) THEN bulk_ids ELSE bulk_ids || %(bulk_id)s::uuid END
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND id = %(id)s

-- name: keep_look
-- Who looked at which leads.
INSERT INTO network_look (tenant, service, mark, id, run_id, case_id, seen_by, role, at, leads, whole)
VALUES (
    %(tenant)s, %(service)s, %(mark)s, %(id)s, %(run_id)s, %(case_id)s, %(seen_by)s, %(role)s, %(now)s, %(leads)s::uuid[], %(whole)s
)

-- name: show_looks
-- Who looked at leads of a search, the newest first, after one look.
SELECT id, case_id, seen_by, role, at, cardinality(leads), whole FROM network_look
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND run_id = %(run_id)s
  AND (%(after)s::uuid IS NULL OR id < %(after)s)
ORDER BY id DESC
LIMIT %(limit)s
