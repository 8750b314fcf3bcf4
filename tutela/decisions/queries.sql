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
SELECT subject_key, lane::text, lease_token, lease_holder, lease_until
FROM case_file
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(case_id)s AND mark = %(mark)s
  AND (%(specialist)s OR NOT specialist)
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

-- name: add_decision
-- The decision itself.
INSERT INTO decision (
    tenant, service, id, case_id, subject_key, mark, outcome, category, keyword, ground, automated_detection, automated_decision,
    guideline_version, decided_by, lease_token, item_count, statement_count, measure_count, outbox_count, decided_at,
    sealed_key, sealed_body
) VALUES (
    %(tenant)s, %(service)s, %(decision_id)s, %(case_id)s, %(subject_key)s, %(mark)s, %(outcome)s, %(category)s, %(keyword)s,
    %(ground)s, %(automated_detection)s, %(automated_decision)s, %(guideline_version)s, %(decided_by)s, %(lease_token)s,
    %(item_count)s, %(statement_count)s, %(measure_count)s, %(outbox_count)s, %(at)s, %(sealed_key)s, %(sealed_body)s
)

-- name: answer_items
-- Each named item is answered, and so is its notifier.
WITH named AS (
    SELECT * FROM unnest(%(notice_ids)s::uuid[], %(ordinals)s::int4[]) AS n (notice_id, ordinal)
), answered AS (
    UPDATE item i SET decision_id = %(decision_id)s, answered_at = %(at)s
    FROM named
    WHERE i.tenant = %(tenant)s AND i.service = %(service)s AND (i.notice_id, i.ordinal) = (named.notice_id, named.ordinal)
      AND i.case_id = %(case_id)s AND i.decision_id IS NULL
    RETURNING i.notice_id, i.ordinal
)
INSERT INTO answer (tenant, service, notice_id, ordinal, decision_id, outcome, ground, answered_at)
SELECT %(tenant)s, %(service)s, notice_id, ordinal, %(decision_id)s, %(outcome)s, %(ground)s, %(at)s FROM answered

-- name: add_statement
-- A statement of reasons; its code is stored as a hash alone.
INSERT INTO statement (tenant, service, id, decision_id, code_hash, issued_at, sealed_key, sealed_body)
VALUES (%(tenant)s, %(service)s, %(id)s, %(decision_id)s, %(code_hash)s, %(at)s, %(sealed_key)s, %(sealed_body)s)

-- name: add_measure
-- A restriction that the platform is told to apply, under the statement that gives its reasons.
INSERT INTO measure (tenant, service, id, decision_id, statement_id, subject_key, revision, kind, until, territory)
VALUES (
    %(tenant)s, %(service)s, %(id)s, %(decision_id)s, %(statement_id)s, %(subject_key)s, %(revision)s, %(kind)s, %(until)s, %(territory)s
)

-- name: add_instruction
-- A message to the platform, in the transaction of the decision it follows from.
INSERT INTO outbox (
    id, tenant, service, mark, kind, decision_id, statement_id, measure_id, subject_key, created_at, due_at, sealed_key, sealed_body
) VALUES (
    %(id)s, %(tenant)s, %(service)s, %(mark)s, %(kind)s, %(decision_id)s, %(statement_id)s, %(measure_id)s, %(subject_key)s, %(at)s,
    %(at)s, %(sealed_key)s, %(sealed_body)s
)

-- name: close_case
-- Nothing in the case is open any more; the next notice about its subject opens another.
UPDATE case_file SET closed_at = %(at)s, lease_token = NULL, lease_holder = NULL, lease_from = NULL, lease_until = NULL
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(case_id)s

-- name: leave_case
-- Back to the queue with what is still open; after an escalation, to specialists alone.
UPDATE case_file SET
    specialist = specialist OR %(escalated)s, lease_token = NULL, lease_holder = NULL, lease_from = NULL, lease_until = NULL
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(case_id)s
