-- name: take_key
-- The key of a decision is taken once and for ever; no row where it was taken before.
INSERT INTO submission_key (tenant, service, key, fact_id) VALUES (%(tenant)s, %(service)s, %(key)s, %(decision_id)s)
ON CONFLICT DO NOTHING
RETURNING fact_id

-- name: decision_of_key
-- What was decided under a key, with its statements in their order.
SELECT d.id, d.case_id, d.sealed_key, d.sealed_body, array(
    SELECT s.id FROM statement s WHERE (s.tenant, s.service, s.decision_id) = (d.tenant, d.service, d.id) ORDER BY s.id
)
FROM submission_key k
JOIN decision d ON (d.tenant, d.service, d.id) = (k.tenant, k.service, k.fact_id)
WHERE k.tenant = %(tenant)s AND k.service = %(service)s AND k.key = %(key)s

-- name: lock_case
-- The case, held until the decision commits: no notice merges into it and nobody claims it meanwhile.
SELECT c.subject_key, c.lane::text, c.lease_token, c.lease_holder, c.lease_until
FROM case_file c
WHERE c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = %(case_id)s AND c.mark = %(mark)s
  AND {{tutela.access.sight.may_know_case}}
FOR UPDATE

-- name: named_items
-- Those of the named items that belong to the case, with the notices they came in.
SELECT i.notice_id, i.ordinal, i.decision_id IS NOT NULL, n.channel, n.received_at, n.sealed_key, n.sealed_body
FROM unnest(%(notice_ids)s::uuid[], %(ordinals)s::int4[]) AS named (notice_id, ordinal)
JOIN item i ON i.tenant = %(tenant)s AND i.service = %(service)s
  AND (i.notice_id, i.ordinal) = (named.notice_id, named.ordinal) AND i.case_id = %(case_id)s
JOIN notice n ON (n.tenant, n.service, n.id) = (i.tenant, i.service, i.notice_id)

-- name: count_open_items
-- How many items of the case wait for an answer, asked under the lock.
SELECT count(*) FROM item
WHERE tenant = %(tenant)s AND service = %(service)s AND case_id = %(case_id)s AND decision_id IS NULL

-- name: add_decisions
-- Decisions of one caller at one instant.
INSERT INTO decision (
    tenant, service, mark, outcome, category, keyword, ground, automated_detection, automated_decision, guideline_version,
    decided_by, decided_at, id, case_id, bulk_id, subject_key, lease_token, item_count, statement_count, measure_count,
    outbox_count, sealed_key, sealed_body
)
SELECT
    %(tenant)s, %(service)s, %(mark)s, outcome, category, keyword, ground, automated_detection, automated_decision, guideline_version,
    %(decided_by)s, %(at)s, id, case_id, bulk_id, subject_key, lease_token, item_count, statement_count, measure_count,
    outbox_count, sealed_key, sealed_body
FROM unnest(
    %(outcome)b::text[], %(category)b::text[], %(keyword)b::text[], %(ground)b::text[], %(automated_detection)b::bool[],
    %(automated_decision)b::text[], %(guideline_version)b::text[], %(id)b::uuid[], %(case_id)b::uuid[], %(bulk_id)b::uuid[],
    %(subject_key)b::bytea[], %(lease_token)b::uuid[], %(item_count)b::int4[], %(statement_count)b::int4[],
    %(measure_count)b::int4[], %(outbox_count)b::int4[], %(sealed_key)b::bytea[], %(sealed_body)b::bytea[]
) AS d (
    outcome, category, keyword, ground, automated_detection, automated_decision, guideline_version, id, case_id, bulk_id,
    subject_key, lease_token, item_count, statement_count, measure_count, outbox_count, sealed_key, sealed_body
)

-- name: answer_items
-- Each named item is answered, and so is its notifier.
WITH named AS (
    SELECT * FROM unnest(
        %(notice_ids)s::uuid[], %(ordinals)s::int4[], %(decision_ids)s::uuid[], %(outcomes)s::text[], %(grounds)s::text[]
    ) AS n (notice_id, ordinal, decision_id, outcome, ground)
), answered AS (
    UPDATE item i SET decision_id = named.decision_id, answered_at = %(at)s
    FROM named
    JOIN decision d ON d.tenant = %(tenant)s AND d.service = %(service)s AND d.id = named.decision_id
    WHERE i.tenant = %(tenant)s AND i.service = %(service)s AND (i.notice_id, i.ordinal) = (named.notice_id, named.ordinal)
      AND i.case_id = d.case_id AND i.decision_id IS NULL
    RETURNING i.notice_id, i.ordinal, named.decision_id, named.outcome, named.ground
)
INSERT INTO answer (tenant, service, notice_id, ordinal, decision_id, outcome, ground, answered_at)
SELECT %(tenant)s, %(service)s, notice_id, ordinal, decision_id, outcome, ground, %(at)s FROM answered

-- name: add_statements
-- Statements of reasons; their codes are stored as hashes alone.
INSERT INTO statement (tenant, service, mark, filing_state, issued_at, id, decision_id, code_hash, sealed_key, sealed_body)
SELECT %(tenant)s, %(service)s, %(mark)s, CASE WHEN %(mark)s::text = 'real' THEN 'due' ELSE 'never' END, %(at)s, s.*
FROM unnest(
    %(id)b::uuid[], %(decision_id)b::uuid[], %(code_hash)b::bytea[], %(sealed_key)b::bytea[], %(sealed_body)b::bytea[]
) AS s

-- name: add_measures
-- Restrictions that the platform is told to apply, each under the statement that gives its reasons.
INSERT INTO measure (tenant, service, id, decision_id, statement_id, subject_key, revision, kind, until, territory)
SELECT
    %(tenant)s, %(service)s, id, decision_id, statement_id, subject_key, revision, kind, until, string_to_array(territory, ' ')
FROM unnest(
    %(id)b::uuid[], %(decision_id)b::uuid[], %(statement_id)b::uuid[], %(subject_key)b::bytea[], %(revision)b::int4[],
    %(kind)b::text[], %(until)b::date[], %(territory)b::text[]
) AS m (id, decision_id, statement_id, subject_key, revision, kind, until, territory)

-- name: add_instructions
-- Messages to the platform, in the transaction of what they follow from; their order is the order per subject.
INSERT INTO outbox (
    tenant, service, mark, created_at, due_at, id, kind, decision_id, statement_id, measure_id, subject_key, sealed_key, sealed_body
)
SELECT
    %(tenant)s, %(service)s, %(mark)s, %(at)s, %(at)s, id, kind, decision_id, statement_id, measure_id, subject_key, sealed_key,
    sealed_body
FROM unnest(
    %(id)b::uuid[], %(kind)b::text[], %(decision_id)b::uuid[], %(statement_id)b::uuid[], %(measure_id)b::uuid[],
    %(subject_key)b::bytea[], %(sealed_key)b::bytea[], %(sealed_body)b::bytea[]
) WITH ORDINALITY AS o (id, kind, decision_id, statement_id, measure_id, subject_key, sealed_key, sealed_body, turn)
ORDER BY turn

-- name: close_case
-- Nothing in the case is open any more; the next notice about its subject opens another.
UPDATE case_file SET closed_at = %(at)s, lease_token = NULL, lease_holder = NULL, lease_from = NULL, lease_until = NULL
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(case_id)s

-- name: leave_case
-- Back to the queue with what is still open; after an escalation, to specialists alone.
UPDATE case_file SET
    specialist = specialist OR %(escalated)s, lease_token = NULL, lease_holder = NULL, lease_from = NULL, lease_until = NULL
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(case_id)s
