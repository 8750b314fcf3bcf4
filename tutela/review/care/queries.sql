-- name: lock_person
-- A person's row under its lock, the instant by the database's clock, and when their day began.
INSERT INTO care_person AS p (tenant, person) VALUES (%(tenant)s, %(person)s)
ON CONFLICT (tenant, person) DO UPDATE SET person = excluded.person
RETURNING clock_timestamp(), date_trunc('day', clock_timestamp(), %(time_zone)s), p.stint_from, p.stint_to, p.rest_from, p.rest_to

-- name: spent_since
-- Reveals and charged seconds of a person since an instant on every service, by family and all together.
SELECT coalesce(family, '*'), count(*),
    ceil(coalesce(sum(extract(epoch FROM greatest(least(coalesce(hidden_at, shown_until), shown_until), at) - at)), 0))
FROM exposure_reveal
WHERE tenant = %(tenant)s AND person = %(person)s AND at >= %(begun)s
GROUP BY GROUPING SETS ((family), ())

-- name: own_bounds
-- The lowest bounds that a person had at any time of this day: those it began with, and those set since.
SELECT family, min(reveals), min(minutes) FROM (
    SELECT family, reveals, minutes FROM (
        SELECT DISTINCT ON (family) family, reveals, minutes FROM care_bound
        WHERE tenant = %(tenant)s AND person = %(person)s AND at < %(begun)s
        ORDER BY family, at DESC
    ) AS before
    UNION ALL
    SELECT family, reveals, minutes FROM care_bound
    WHERE tenant = %(tenant)s AND person = %(person)s AND at >= %(begun)s
) AS held
GROUP BY family

-- name: held_case
-- What is known of a case that the caller holds now, by the token of its lease or by their name alone.
SELECT c.family, c.lane::text, c.subject_kind, c.subject_key
FROM case_file c
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = %(id)s AND c.mark = %(mark)s
  AND {{tutela.access.sight.may_know_case}}
  AND c.lease_holder = %(holder)s AND c.lease_until > clock_timestamp()
  AND (%(any_lease)s OR c.lease_token = %(lease_token)s)
FOR UPDATE OF c

-- name: named_in
-- The newest notice of a case that still says what it is about.
SELECT n.id, i.ordinal, n.sealed_key, n.sealed_body
FROM item i
JOIN notice n ON (n.tenant, n.service, n.id) = (i.tenant, i.service, i.notice_id)
WHERE (i.tenant, i.service, i.case_id) = (%(tenant)s, %(service)s, %(id)s) AND n.sealed_key IS NOT NULL
ORDER BY n.id DESC
LIMIT 1

-- name: looks_at
-- The hash under which a subject was told, and the entries of lists that it matched.
SELECT media_key, signals FROM content_look
WHERE (tenant, service, subject_key, mark) = (%(tenant)s, %(service)s, %(subject_key)s, %(mark)s)
ORDER BY at DESC
LIMIT 20

-- name: seen_before
-- The last time that somebody looked at one of these media, and in which case.
SELECT r.at, r.case_id, r.person = %(person)s
FROM exposure_media m
JOIN exposure_reveal r ON (r.tenant, r.service, r.id) = (m.tenant, m.service, m.reveal_id)
WHERE m.tenant = %(tenant)s AND m.service = %(service)s AND m.mark = %(mark)s AND m.media_key = ANY(%(media_keys)s)
ORDER BY r.at DESC
LIMIT 1

-- name: revealed_by_key
-- The reveal that a person asked for under a key, as long as its link is good.
SELECT id, case_id, at, nonce, link_until, shown_until, hidden_at, sealed_key, sealed_body, family
FROM exposure_reveal
WHERE tenant = %(tenant)s AND service = %(service)s AND person = %(person)s AND key = %(key)s

-- name: add_reveal
-- One look at media, spent.
INSERT INTO exposure_reveal (
    tenant, service, id, mark, person, case_id, family, lane, at, nonce, key, link_until, shown_until, again, sealed_key, sealed_body
) VALUES (
    %(tenant)s, %(service)s, %(id)s, %(mark)s, %(person)s, %(case_id)s, %(family)s, %(lane)s, %(at)s, %(nonce)s, %(key)s,
    %(link_until)s, %(shown_until)s, %(again)s, %(sealed_key)s, %(sealed_body)s
)

-- name: add_media
-- By what the media of a reveal is known again.
INSERT INTO exposure_media (tenant, service, mark, media_key, reveal_id)
SELECT %(tenant)s, %(service)s, %(mark)s, media_key, %(id)s FROM unnest(%(media_keys)s::bytea[]) AS media_key
ON CONFLICT DO NOTHING

-- name: find_reveal
-- A person's own reveal while it is shown.
SELECT id, case_id, at, nonce, link_until, shown_until, hidden_at, sealed_key, sealed_body, family
FROM exposure_reveal
WHERE tenant = %(tenant)s AND service = %(service)s AND person = %(person)s AND id = %(id)s
  AND hidden_at IS NULL AND shown_until > clock_timestamp()

-- name: hide_reveal
-- The end of a reveal before its time, once.
UPDATE exposure_reveal SET hidden_at = clock_timestamp()
WHERE tenant = %(tenant)s AND service = %(service)s AND person = %(person)s AND id = %(id)s AND hidden_at IS NULL
RETURNING id

-- name: own_reveal
-- Whether a reveal is the person's.
SELECT id FROM exposure_reveal
WHERE tenant = %(tenant)s AND service = %(service)s AND person = %(person)s AND id = %(id)s

-- name: hand_over
-- Cases of imminent danger that a person held are anybody else's at once, before everything else.
UPDATE case_file SET
    lease_token = NULL, lease_holder = NULL, lease_from = NULL, lease_until = NULL,
    handed_over_at = clock_timestamp(), handed_over_by = %(holder)s
WHERE tenant = %(tenant)s AND closed_at IS NULL AND lane_rank = 0 AND lease_holder = %(holder)s
RETURNING service, id

-- name: appearance_of
-- How a person likes media shown.
SELECT greyscale, blurred, small FROM care_person WHERE tenant = %(tenant)s AND person = %(person)s

-- name: choose_appearance
-- From now on a person likes it so.
INSERT INTO care_person (tenant, person, greyscale, blurred, small)
VALUES (%(tenant)s, %(person)s, %(greyscale)s, %(blurred)s, %(small)s)
ON CONFLICT (tenant, person) DO UPDATE SET
    greyscale = excluded.greyscale, blurred = excluded.blurred, small = excluded.small

-- name: stint_of
-- The instant by the database's clock, since when a person works, their last sign of it, and a pause that they began.
SELECT clock_timestamp(), p.stint_from, p.stint_to, p.rest_to
FROM (VALUES (1)) AS one (row)
LEFT JOIN care_person p ON p.tenant = %(tenant)s AND p.person = %(person)s

-- name: sign_of_work
-- A person is at work.
INSERT INTO care_person (tenant, person, stint_from, stint_to)
VALUES (%(tenant)s, %(person)s, %(begun)s, %(now)s)
ON CONFLICT (tenant, person) DO UPDATE SET
    stint_from = excluded.stint_from, stint_to = greatest(excluded.stint_to, care_person.stint_to)

-- name: still_at_work
-- Whoever keeps a lease is at work.
UPDATE care_person SET stint_to = clock_timestamp()
WHERE tenant = %(tenant)s AND person = %(person)s AND stint_to IS NOT NULL

-- name: wishes_of
-- The families that a person does not take.
SELECT family FROM care_wish WHERE tenant = %(tenant)s AND person = %(person)s ORDER BY family

-- name: seen_often
-- The families of which a person saw much of late.
SELECT family FROM exposure_reveal
WHERE tenant = %(tenant)s AND person = %(person)s AND at > clock_timestamp() - %(hours)s * interval '1 hour'
GROUP BY family
HAVING count(*) >= %(reveals)s
ORDER BY family

-- name: forget_wishes
-- A person takes every family again but these.
DELETE FROM care_wish WHERE tenant = %(tenant)s AND person = %(person)s AND family <> ALL (%(families)s::text[])

-- name: add_wishes
-- A person does not take these families.
INSERT INTO care_wish (tenant, person, family, since)
SELECT %(tenant)s, %(person)s, family, clock_timestamp() FROM unnest(%(families)s::text[]) AS family
ON CONFLICT DO NOTHING

-- name: add_bound
-- A bound of a person's own, from now on.
INSERT INTO care_bound (tenant, person, family, at, reveals, minutes, set_by)
VALUES (%(tenant)s, %(person)s, %(family)s, clock_timestamp(), %(reveals)s, %(minutes)s, %(set_by)s)

-- name: begin_pause
-- A person takes a pause.
INSERT INTO care_person (tenant, person, rest_from, rest_to)
VALUES (%(tenant)s, %(person)s, clock_timestamp(), clock_timestamp() + %(seconds)s * interval '1 second')
ON CONFLICT (tenant, person) DO UPDATE SET rest_from = excluded.rest_from, rest_to = excluded.rest_to

-- name: give_back
-- What a person held is anybody's again.
UPDATE case_file SET lease_token = NULL, lease_holder = NULL, lease_from = NULL, lease_until = NULL
WHERE tenant = %(tenant)s AND closed_at IS NULL AND lease_holder = %(holder)s

-- name: end_pause
-- A pause that its person began is over.
UPDATE care_person SET rest_to = clock_timestamp()
WHERE tenant = %(tenant)s AND person = %(person)s AND rest_to > clock_timestamp()

-- name: debriefed
-- A person was asked how they are.
INSERT INTO care_person (tenant, person, debriefed_at) VALUES (%(tenant)s, %(person)s, clock_timestamp())
ON CONFLICT (tenant, person) DO UPDATE SET debriefed_at = excluded.debriefed_at

-- name: hard_reveals
-- How many hard reveals a person has had today since they were last asked how they are.
SELECT count(*) FROM exposure_reveal r
LEFT JOIN care_person p ON p.tenant = r.tenant AND p.person = r.person
WHERE r.tenant = %(tenant)s AND r.person = %(person)s AND r.at >= greatest(%(begun)s, p.debriefed_at)
  AND (r.family = ANY (%(hard)s::text[]) OR r.lane = 'danger')

-- name: exposure_of_team
-- What a team saw over some days, by family and all together: people, looks, media that nobody had seen, and items about it.
WITH seen AS MATERIALIZED (
    SELECT id, family, person, again FROM exposure_reveal
    WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
      AND at > clock_timestamp() - %(days)s * interval '1 day'
), subjects AS (
    SELECT DISTINCT s.family, l.subject_key
    FROM seen s
    JOIN exposure_media m ON (m.tenant, m.service, m.mark, m.reveal_id) = (%(tenant)s, %(service)s, %(mark)s, s.id)
    CROSS JOIN LATERAL (
        SELECT m.media_key AS subject_key
        UNION ALL
        SELECT subject_key FROM content_look
        WHERE (tenant, service, mark, media_key) = (%(tenant)s, %(service)s, %(mark)s, m.media_key)
    ) AS l
), items AS (
    SELECT s.family, count(*) AS items
    FROM subjects s
    JOIN case_file c ON (c.tenant, c.service, c.mark, c.subject_key) = (%(tenant)s, %(service)s, %(mark)s, s.subject_key)
    JOIN item i ON (i.tenant, i.service, i.case_id) = (c.tenant, c.service, c.id)
    GROUP BY s.family
)
SELECT coalesce(s.family, '*'), count(DISTINCT s.person), count(*), count(*) FILTER (WHERE s.again IS NULL),
    (SELECT coalesce(sum(i.items), 0)::int8 FROM items i WHERE s.family IS NULL OR i.family = s.family)
FROM seen s
GROUP BY GROUPING SETS ((s.family), ())
HAVING count(*) > 0
ORDER BY s.family NULLS FIRST

-- name: untaken
-- Families of which cases wait, though none of the people who are at work takes them.
SELECT c.family, count(*) FROM case_file c
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.mark = %(mark)s AND c.closed_at IS NULL
  AND (c.lease_until IS NULL OR c.lease_until <= clock_timestamp())
  AND EXISTS (SELECT FROM care_wish w WHERE w.tenant = c.tenant AND w.family = c.family)
  AND NOT EXISTS (
    SELECT FROM care_person p
    WHERE p.tenant = c.tenant AND p.stint_to > clock_timestamp() - interval '1 hour'
      AND NOT EXISTS (SELECT FROM care_wish w WHERE (w.tenant, w.person, w.family) = (p.tenant, p.person, c.family))
  )
GROUP BY c.family
ORDER BY c.family

-- name: forget_reveals
-- Looks that are kept no longer.
DELETE FROM exposure_reveal WHERE at < %(before)s

-- name: forget_bounds
-- Bounds that a later one has followed long ago.
DELETE FROM care_bound b WHERE b.at < %(before)s AND EXISTS (
    SELECT FROM care_bound l WHERE (l.tenant, l.person, l.family) = (b.tenant, b.person, b.family) AND l.at > b.at AND l.at < %(before)s
)
