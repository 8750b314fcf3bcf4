-- name: add_bulk
-- A new decision about many, unless its name was taken before.
INSERT INTO bulk (
    tenant, service, id, key, mark, state, head_digest, sealed_key, sealed_body, created_by, created_at, next_at
) VALUES (
    %(tenant)s, %(service)s, %(bulk_id)s, %(key)s, %(mark)s, %(state)s, %(head_digest)s, %(sealed_key)s, %(sealed_body)s,
    %(by)s, %(now)s, %(now)s
)
ON CONFLICT (tenant, service, key) DO NOTHING
RETURNING id

-- name: bulk_of_key
-- The decision about many under a name.
SELECT id, mark, state, head_digest, sealed_key, sealed_body
FROM bulk WHERE tenant = %(tenant)s AND service = %(service)s AND key = %(key)s

-- name: lock_bulk
-- Where a decision about many stands, held until the transaction ends, and whose token sent it.
SELECT state, key, created_by, (SELECT t.person FROM access_token t WHERE t.id::text = b.created_by AND t.tenant = b.tenant),
    approved_by, rate_per_second, previewed_count
FROM bulk b WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(bulk_id)s AND mark = %(mark)s
FOR UPDATE

-- name: known_subjects
-- Which subjects it has already, and what was said of them.
SELECT subject_key, digest FROM bulk_subject
WHERE tenant = %(tenant)s AND service = %(service)s AND bulk_id = %(bulk_id)s AND subject_key = ANY(%(subject_keys)b::bytea[])

-- name: add_subjects
-- Subjects that it did not have, in the order of their lines.
INSERT INTO bulk_subject (
    tenant, service, bulk_id, subject_key, account_key, digest, country, account_created_on, possible_minor, sealed_key, sealed_body
)
SELECT
    %(tenant)s, %(service)s, %(bulk_id)s, subject_key, account_key, digest, country, account_created_on, possible_minor, sealed_key,
    sealed_body
FROM unnest(
    %(subject_key)b::bytea[], %(account_key)b::bytea[], %(digest)b::bytea[], %(country)b::text[], %(account_created_on)b::date[],
    %(possible_minor)b::bool[], %(sealed_key)b::bytea[], %(sealed_body)b::bytea[]
) WITH ORDINALITY AS s (
    subject_key, account_key, digest, country, account_created_on, possible_minor, sealed_key, sealed_body, line
)
ORDER BY line

-- name: take_part
-- It has grown: whoever looked at it or agreed to it knows less than there is.
UPDATE bulk SET state = %(state)s, previewed_count = NULL, previewed_at = NULL, approved_by = NULL, approved_at = NULL
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(bulk_id)s

-- name: show_bulk
-- One decision about many.
SELECT
    key, state, created_by, created_at, previewed_at, approved_by, approved_at, started_by, started_at, undone_by, rate_per_second,
    ended_at, sealed_key, sealed_body
FROM bulk WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(bulk_id)s AND mark = %(mark)s

-- name: count_subjects
-- How many subjects stand where.
SELECT state, count(*) FROM bulk_subject
WHERE tenant = %(tenant)s AND service = %(service)s AND bulk_id = %(bulk_id)s
GROUP BY state

-- name: count_whys
-- Why subjects were taken out or refused.
SELECT state, why, count(*) FROM bulk_subject
WHERE tenant = %(tenant)s AND service = %(service)s AND bulk_id = %(bulk_id)s AND why IS NOT NULL
GROUP BY state, why
ORDER BY state, why

-- name: sample
-- Subjects that the caller is not kept from, drawn by chance that depends on the bulk alone: keys are digests, and the draw begins at the one that follows its id.
WITH drawn AS (
    (
        SELECT s.subject_key, s.sealed_key, s.sealed_body FROM bulk_subject s
        WHERE s.tenant = %(tenant)s AND s.service = %(service)s AND s.bulk_id = %(bulk_id)s AND s.subject_key >= %(from)s
          AND {{tutela.access.sight.near_subject}} IS NOT TRUE
        ORDER BY s.subject_key LIMIT %(most)s
    ) UNION (
        SELECT s.subject_key, s.sealed_key, s.sealed_body FROM bulk_subject s
        WHERE s.tenant = %(tenant)s AND s.service = %(service)s AND s.bulk_id = %(bulk_id)s AND s.subject_key < %(from)s
          AND {{tutela.access.sight.near_subject}} IS NOT TRUE
        ORDER BY s.subject_key LIMIT %(most)s
    )
)
SELECT subject_key, sealed_key, sealed_body FROM drawn WHERE sealed_key IS NOT NULL ORDER BY subject_key < %(from)s, subject_key LIMIT %(most)s

-- name: overlap
-- How many subjects were acted on before and still are, and how many stand in a case that is open.
SELECT
    count(*) FILTER (WHERE EXISTS (
        SELECT FROM decision d
        WHERE (d.tenant, d.service, d.subject_key) = (s.tenant, s.service, s.subject_key)
          AND d.mark = %(mark)s AND d.outcome = 'act' AND d.undone_at IS NULL AND d.bulk_id IS DISTINCT FROM s.bulk_id
    )),
    count(*) FILTER (WHERE EXISTS (
        SELECT FROM case_file c
        WHERE (c.tenant, c.service, c.subject_key) = (s.tenant, s.service, s.subject_key) AND c.mark = %(mark)s AND c.closed_at IS NULL
    ))
FROM bulk_subject s
WHERE s.tenant = %(tenant)s AND s.service = %(service)s AND s.bulk_id = %(bulk_id)s

-- name: would_be_held_back
-- How many subjects a person would have to decide about, and why.
SELECT held.because, count(*)
FROM bulk_subject s
LEFT JOIN platform_account a ON (a.tenant, a.service, a.subject_key, a.mark) = (s.tenant, s.service, s.account_key, %(mark)s)
CROSS JOIN LATERAL (SELECT CASE
    WHEN s.possible_minor OR a.minor = 'yes' THEN 'possible_minor'
    WHEN EXISTS (
        SELECT FROM case_file c
        WHERE (c.tenant, c.service) = (s.tenant, s.service) AND c.subject_key IN (s.subject_key, s.account_key)
          AND c.mark = %(mark)s AND c.specialist
    ) THEN 'specialist_case'
    WHEN EXISTS (
        SELECT FROM decision d
        WHERE (d.tenant, d.service) = (s.tenant, s.service) AND d.subject_key IN (s.subject_key, s.account_key)
          AND d.mark = %(mark)s AND d.withheld_until > %(now)s
    ) THEN 'withheld_notification'
END AS because) AS held
WHERE s.tenant = %(tenant)s AND s.service = %(service)s AND s.bulk_id = %(bulk_id)s AND held.because IS NOT NULL
GROUP BY 1
ORDER BY 1

-- name: by_country
-- How many subjects are where, by their lines or else by what the platform said of the account.
SELECT coalesce(s.country, a.country, 'unknown'), count(*)
FROM bulk_subject s
LEFT JOIN platform_account a ON (a.tenant, a.service, a.subject_key, a.mark) = (s.tenant, s.service, s.account_key, %(mark)s)
WHERE s.tenant = %(tenant)s AND s.service = %(service)s AND s.bulk_id = %(bulk_id)s
GROUP BY 1
ORDER BY 2 DESC, 1

-- name: by_account_age
-- How many accounts are how old, in days.
SELECT
    CASE
        WHEN born.born_on IS NULL THEN 'unknown'
        WHEN %(today)s - born.born_on < 7 THEN 'under_7_days'
        WHEN %(today)s - born.born_on < 30 THEN 'under_30_days'
        WHEN %(today)s - born.born_on < 365 THEN 'under_1_year'
        ELSE 'older'
    END, count(*)
FROM bulk_subject s
LEFT JOIN platform_account a ON (a.tenant, a.service, a.subject_key, a.mark) = (s.tenant, s.service, s.account_key, %(mark)s)
CROSS JOIN LATERAL (SELECT coalesce(s.account_created_on, a.created_on) AS born_on) AS born
WHERE s.tenant = %(tenant)s AND s.service = %(service)s AND s.bulk_id = %(bulk_id)s
GROUP BY 1
ORDER BY 1

-- name: not_found
-- How many subjects are of accounts that the platform never told of; null where it told of none.
SELECT CASE WHEN EXISTS (
    SELECT FROM platform_account WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
) THEN (
    SELECT count(*)
    FROM bulk_subject s
    WHERE s.tenant = %(tenant)s AND s.service = %(service)s AND s.bulk_id = %(bulk_id)s AND s.account_key IS NOT NULL
      AND NOT EXISTS (
        SELECT FROM platform_account a
        WHERE (a.tenant, a.service, a.subject_key, a.mark) = (s.tenant, s.service, s.account_key, %(mark)s)
      )
) END

-- name: looked_at
-- Someone looked at it as large as it is.
UPDATE bulk SET state = %(state)s, previewed_count = %(count)s, previewed_at = %(now)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(bulk_id)s

-- name: is_kept_from
-- Whether a subject of it is one that the caller said they are too near to.
SELECT true FROM bulk_subject s
WHERE s.tenant = %(tenant)s AND s.service = %(service)s AND s.bulk_id = %(bulk_id)s AND {{tutela.access.sight.near_subject}}
LIMIT 1

-- name: approve
-- A second person agreed.
UPDATE bulk SET state = %(state)s, approved_by = %(by)s, approved_at = %(now)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(bulk_id)s

-- name: start
-- It goes on, at a rate that may be new.
UPDATE bulk SET
    state = %(state)s, started_by = %(by)s, started_at = coalesce(started_at, %(now)s), next_at = %(now)s,
    rate_per_second = %(rate_per_second)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(bulk_id)s

-- name: move
-- It stands elsewhere.
UPDATE bulk SET state = %(state)s, ended_at = %(ended_at)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(bulk_id)s

-- name: recall
-- Someone takes all of it back, and says why.
UPDATE bulk SET
    state = %(state)s, undone_by = %(by)s, undo_key = %(undo_key)s, undo_body = %(undo_body)s, next_at = %(now)s, rate_per_second = %(rate_per_second)s,
    ended_at = NULL
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(bulk_id)s

-- name: moving
-- What has subjects to decide or to take back now.
SELECT tenant, service, id, state FROM bulk
WHERE state IN ('running', 'undoing') AND next_at <= %(now)s
ORDER BY next_at

-- name: hold_moving
-- One of them for as long as the transaction lasts, unless another process has it or it was stopped.
SELECT b.mark, b.created_by, b.rate_per_second, b.undone_by, b.undo_key, b.undo_body, b.sealed_key, b.sealed_body, l.log_id
FROM bulk b
JOIN ledger_log l ON l.tenant = b.tenant
WHERE b.tenant = %(tenant)s AND b.service = %(service)s AND b.id = %(bulk_id)s AND b.state = %(state)s AND b.next_at <= %(now)s
FOR UPDATE OF b SKIP LOCKED

-- name: pending_subjects
-- The next subjects to decide, each with why a person must where one must.
SELECT s.subject_key, s.sealed_key, s.sealed_body, CASE
    WHEN s.possible_minor OR a.minor = 'yes' THEN 'possible_minor'
    WHEN EXISTS (
        SELECT FROM case_file c
        WHERE (c.tenant, c.service) = (s.tenant, s.service) AND c.subject_key IN (s.subject_key, s.account_key)
          AND c.mark = %(mark)s AND c.specialist
    ) THEN 'specialist_case'
    WHEN EXISTS (
        SELECT FROM decision d
        WHERE (d.tenant, d.service) = (s.tenant, s.service) AND d.subject_key IN (s.subject_key, s.account_key)
          AND d.mark = %(mark)s AND d.withheld_until > %(now)s
    ) THEN 'withheld_notification'
END, a.language
FROM bulk_subject s
LEFT JOIN platform_account a ON (a.tenant, a.service, a.subject_key, a.mark) = (s.tenant, s.service, s.account_key, %(mark)s)
WHERE s.tenant = %(tenant)s AND s.service = %(service)s AND s.bulk_id = %(bulk_id)s AND s.state = 'pending'
ORDER BY s.place
LIMIT %(most)s

-- name: settle_subjects
-- Where subjects stand now; a decision keeps what their lines said.
UPDATE bulk_subject s SET
    state = settled.state, decision_id = settled.decision_id, why = settled.why,
    sealed_key = CASE WHEN settled.state = 'held_back' THEN s.sealed_key END,
    sealed_body = CASE WHEN settled.state = 'held_back' THEN s.sealed_body END
FROM unnest(%(subject_key)b::bytea[], %(state)b::text[], %(decision_id)b::uuid[], %(why)b::text[])
    AS settled (subject_key, state, decision_id, why)
WHERE s.tenant = %(tenant)s AND s.service = %(service)s AND s.bulk_id = %(bulk_id)s AND s.subject_key = settled.subject_key

-- name: put_off
-- The next subjects come later.
UPDATE bulk SET next_at = %(next_at)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(bulk_id)s

-- name: unsent_subjects
-- Subjects that were taken out and that no person has been told of yet.
SELECT subject_key, why, sealed_key, sealed_body FROM bulk_subject
WHERE tenant = %(tenant)s AND service = %(service)s AND bulk_id = %(bulk_id)s AND state = 'held_back' AND notice_id IS NULL
ORDER BY place
LIMIT %(most)s

-- name: sent
-- A person is told by a notice, which keeps what the line said.
UPDATE bulk_subject s SET notice_id = sent.notice_id, sealed_key = NULL, sealed_body = NULL
FROM unnest(%(subject_keys)b::bytea[], %(notice_ids)b::uuid[]) AS sent (subject_key, notice_id)
WHERE s.tenant = %(tenant)s AND s.service = %(service)s AND s.bulk_id = %(bulk_id)s AND s.subject_key = sent.subject_key

-- name: decided_subjects
-- The next subjects whose decisions are taken back.
SELECT subject_key, decision_id FROM bulk_subject
WHERE tenant = %(tenant)s AND service = %(service)s AND bulk_id = %(bulk_id)s AND state = 'decided'
ORDER BY place
LIMIT %(most)s

-- name: mark_undone
-- Their decisions are taken back.
UPDATE bulk_subject SET state = %(subject_state)s
WHERE tenant = %(tenant)s AND service = %(service)s AND bulk_id = %(bulk_id)s AND subject_key = ANY(%(subject_keys)b::bytea[])

-- name: list_bulks
-- Decisions about many, the newest first, after one of them.
SELECT
    b.id, b.key, b.state, b.created_by, b.created_at, b.approved_by, b.started_by, b.ended_at,
    (SELECT count(*) FROM bulk_subject s WHERE s.tenant = b.tenant AND s.service = b.service AND s.bulk_id = b.id)
FROM bulk b
WHERE b.tenant = %(tenant)s AND b.service = %(service)s AND b.mark = %(mark)s
  AND (%(state)s::text IS NULL OR b.state = %(state)s) AND (%(after)s::uuid IS NULL OR b.id < %(after)s)
ORDER BY b.id DESC
LIMIT %(limit)s
