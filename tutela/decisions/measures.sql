-- name: advance_revisions
-- The next revision of each subject, locked until the transaction ends; sorted, so that two changes of the same subjects wait and never deadlock.
INSERT INTO subject_revision (tenant, service, subject_key, revision)
SELECT %(tenant)s, %(service)s, subject_key, 1
FROM unnest(%(subject_keys)s::bytea[]) AS named (subject_key)
ORDER BY subject_key
ON CONFLICT (tenant, service, subject_key) DO UPDATE SET revision = subject_revision.revision + 1
RETURNING subject_key, revision

-- name: lock_decisions
-- Decisions that hold, held until the transaction ends; a notice or a message may refer to them meanwhile.
SELECT id FROM decision
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND id = ANY(%(decision_ids)s)
  AND outcome = 'act' AND undone_at IS NULL
ORDER BY id
FOR NO KEY UPDATE

-- name: lock_decision
-- How one decision stands, held until the transaction ends; none about somebody whom the caller knows.
SELECT outcome, undone_at FROM decision d
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND id = %(decision_id)s
  AND (ARRAY[
    d.subject_key,
    (SELECT c.account_key FROM case_file c WHERE (c.tenant, c.service, c.id) = (d.tenant, d.service, d.case_id)),
    (SELECT s.account_key FROM bulk_subject s WHERE (s.tenant, s.service, s.bulk_id, s.subject_key) = (d.tenant, d.service, d.bulk_id, d.subject_key))
  ] && {{tutela.access.sight.near}}) IS NOT TRUE
FOR NO KEY UPDATE

-- name: measures_in_force
-- Measures of some decisions that were not recalled, each with the words in which it was ordered; all, or those whose last day is over.
SELECT m.id, m.decision_id, m.statement_id, m.subject_key, m.kind, m.until, m.territory, o.id, o.sealed_key, o.sealed_body
FROM measure m
LEFT JOIN outbox o ON (o.tenant, o.service, o.decision_id, o.measure_id, o.kind) = (m.tenant, m.service, m.decision_id, m.id, 'measure.apply')
WHERE m.tenant = %(tenant)s AND m.service = %(service)s AND m.decision_id = ANY(%(decision_ids)s) AND m.undone_at IS NULL
  AND (%(ended_before)s::date IS NULL OR m.until < %(ended_before)s)
ORDER BY m.id
FOR NO KEY UPDATE OF m

-- name: recall_measures
-- Measures are undone or at their end, whatever the platform has done of them so far.
UPDATE measure m SET
    state = moves.after, revision = recalled.revision, undone_at = %(at)s, undone_why = %(why)s,
    accepted_at = NULL, told_at = NULL, reconcile_at = NULL, reconciles = 0
FROM unnest(%(ids)s::uuid[], %(revisions)s::int4[]) AS recalled (id, revision),
    unnest(%(before)s::text[], %(after)s::text[]) AS moves (before, after)
WHERE m.tenant = %(tenant)s AND m.service = %(service)s AND m.id = recalled.id AND m.state = moves.before

-- name: count_more_instructions
-- Decisions lead to more messages, so that a lost one is missed.
UPDATE decision d SET outbox_count = d.outbox_count + more.count
FROM (SELECT decision_id, count(*) FROM unnest(%(decision_ids)s::uuid[]) AS m (decision_id) GROUP BY 1) AS more
WHERE d.tenant = %(tenant)s AND d.service = %(service)s AND d.id = more.decision_id

-- name: undo_decisions
-- Decisions do not hold any more.
UPDATE decision SET undone_at = %(at)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = ANY(%(decision_ids)s)

-- name: add_undoings
-- By whom and why decisions were undone.
INSERT INTO undoing (tenant, service, undone_at, id, decision_id, sealed_key, sealed_body)
SELECT %(tenant)s, %(service)s, %(at)s, u.*
FROM unnest(%(fact_id)b::uuid[], %(decision_id)b::uuid[], %(sealed_key)b::bytea[], %(sealed_body)b::bytea[]) AS u

-- name: fact_of_key
-- What was created under a key.
SELECT fact_id FROM submission_key WHERE tenant = %(tenant)s AND service = %(service)s AND key = %(key)s

-- name: undoing_of_key
-- What was undone under a key.
SELECT u.decision_id, u.id, u.undone_at, u.sealed_key, u.sealed_body, array(
    SELECT m.id FROM measure m WHERE (m.tenant, m.service, m.decision_id, m.undone_why) = (u.tenant, u.service, u.decision_id, 'undone') ORDER BY m.id
)
FROM submission_key k
JOIN undoing u ON (u.tenant, u.service, u.id) = (k.tenant, k.service, k.fact_id)
WHERE k.tenant = %(tenant)s AND k.service = %(service)s AND k.key = %(key)s AND u.decision_id = %(decision_id)s

-- name: take_undoing_key
-- The key of an undoing is taken once and for ever; no row where it was taken before.
INSERT INTO submission_key (tenant, service, key, fact_id) VALUES (%(tenant)s, %(service)s, %(key)s, %(fact_id)s)
ON CONFLICT DO NOTHING
RETURNING fact_id

-- name: ended_due
-- Decisions with measures whose last day is over, of one service and mark, the oldest first.
SELECT m.tenant, m.service, d.mark, (array_agg(DISTINCT m.decision_id))[1:%(limit)s]
FROM (
    SELECT tenant, service, decision_id FROM measure
    WHERE until < %(ended_before)s AND undone_at IS NULL
    ORDER BY until
    LIMIT %(limit)s
) AS m
JOIN decision d ON (d.tenant, d.service, d.id) = (m.tenant, m.service, m.decision_id)
GROUP BY 1, 2, 3

-- name: lock_measures
-- How measures of a service stand, each with the revision of its subject, held until the transaction ends.
SELECT m.id, m.decision_id, m.state, m.revision, m.told_at, r.revision
FROM measure m
JOIN decision d ON (d.tenant, d.service, d.id) = (m.tenant, m.service, m.decision_id)
JOIN subject_revision r ON (r.tenant, r.service, r.subject_key) = (m.tenant, m.service, m.subject_key)
WHERE m.tenant = %(tenant)s AND m.service = %(service)s AND m.id = ANY(%(ids)s::uuid[]) AND d.mark = %(mark)s
ORDER BY m.id
FOR NO KEY UPDATE OF m

-- name: settle_measures
-- What the platform said of measures; one that is not as it should be is asked about again.
UPDATE measure m SET
    state = s.state, told_at = s.told_at,
    confirmed_at = CASE WHEN s.state = 'confirmed' THEN %(now)s ELSE m.confirmed_at END,
    lifted_at = CASE WHEN s.state = 'lifted' THEN %(now)s ELSE m.lifted_at END,
    reconciles = CASE WHEN s.settled THEN 0 ELSE m.reconciles END,
    reconcile_at = CASE WHEN s.settled THEN NULL ELSE coalesce(m.reconcile_at, %(reconcile_at)s) END
FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(told_at)s::timestamptz[], %(settled)s::bool[]) AS s (id, state, told_at, settled)
WHERE m.tenant = %(tenant)s AND m.service = %(service)s AND m.id = s.id

-- name: known_statements
-- Those of some statements that are the service's, held until the transaction ends.
SELECT s.id FROM statement s
JOIN decision d ON (d.tenant, d.service, d.id) = (s.tenant, s.service, s.decision_id)
WHERE s.tenant = %(tenant)s AND s.service = %(service)s AND s.id = ANY(%(ids)s::uuid[]) AND d.mark = %(mark)s
ORDER BY s.id
FOR NO KEY UPDATE OF s

-- name: deliver_statements
-- The recipient has the statement, told once; never before it was issued.
UPDATE statement s SET delivered_at = greatest(told.at, s.issued_at), delivery_told_at = %(now)s
FROM unnest(%(ids)s::uuid[], %(at)s::timestamptz[]) AS told (id, at), decision d
WHERE s.tenant = %(tenant)s AND s.service = %(service)s AND s.id = told.id AND s.delivery_told_at IS NULL
  AND (d.tenant, d.service, d.id) = (s.tenant, s.service, s.decision_id) AND d.mark = %(mark)s
RETURNING s.id, s.decision_id, s.delivered_at

-- name: unheard_due
-- Decisions with measures whose silence is to be asked about, of one service and mark, the longest waiting first.
SELECT m.tenant, m.service, d.mark, array_agg(DISTINCT m.decision_id)
FROM (
    SELECT tenant, service, decision_id FROM measure
    WHERE reconcile_at IS NOT NULL AND reconcile_at <= %(now)s
    ORDER BY reconcile_at
    LIMIT %(limit)s
) AS m
JOIN decision d ON (d.tenant, d.service, d.id) = (m.tenant, m.service, m.decision_id)
GROUP BY 1, 2, 3

-- name: lock_any_decisions
-- Decisions, whether they hold or not, held until the transaction ends.
SELECT id FROM decision
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND id = ANY(%(decision_ids)s)
ORDER BY id
FOR NO KEY UPDATE

-- name: lock_unheard
-- Measures of some decisions whose silence is to be asked about, and whether a message about their subject is still under way.
SELECT m.id, m.decision_id, m.subject_key, m.reconciles, EXISTS (
    SELECT FROM outbox o
    WHERE (o.tenant, o.service, o.subject_key, o.mark) = (m.tenant, m.service, m.subject_key, %(mark)s)
      AND o.done_at IS NULL AND (o.withheld_until IS NULL OR o.withheld_until <= %(now)s)
)
FROM measure m
WHERE m.tenant = %(tenant)s AND m.service = %(service)s AND m.decision_id = ANY(%(decision_ids)s) AND m.reconcile_at <= %(now)s
ORDER BY m.id
FOR NO KEY UPDATE OF m

-- name: lock_revisions
-- The revisions of subjects, held until the transaction ends: what is read of their measures after this stands at them.
SELECT subject_key, revision FROM subject_revision
WHERE tenant = %(tenant)s AND service = %(service)s AND subject_key = ANY(%(subject_keys)s)
ORDER BY subject_key
FOR NO KEY UPDATE

-- name: whole_state
-- All measures of some subjects that were not recalled, beside those that are asked about, each with the words in which it was ordered.
SELECT
    m.id, m.decision_id, m.statement_id, m.subject_key, m.kind, m.until, m.territory, o.id, o.sealed_key, o.sealed_body,
    m.undone_at IS NULL
FROM measure m
JOIN decision d ON (d.tenant, d.service, d.id) = (m.tenant, m.service, m.decision_id)
LEFT JOIN outbox o ON (o.tenant, o.service, o.decision_id, o.measure_id, o.kind) = (m.tenant, m.service, m.decision_id, m.id, 'measure.apply')
WHERE m.tenant = %(tenant)s AND m.service = %(service)s AND m.subject_key = ANY(%(subject_keys)s) AND d.mark = %(mark)s
  AND (m.undone_at IS NULL OR m.id = ANY(%(ids)s))
ORDER BY m.id

-- name: ask_later
-- When silence about measures is asked about next, and how often it was.
UPDATE measure m SET reconcile_at = a.at, reconciles = a.reconciles
FROM unnest(%(ids)s::uuid[], %(at)s::timestamptz[], %(reconciles)s::int4[]) AS a (id, at, reconciles)
WHERE m.tenant = %(tenant)s AND m.service = %(service)s AND m.id = a.id

-- name: list_measures
-- Measures of a service, real ones, the newest first: all, or those that are neither confirmed nor lifted.
SELECT
    m.id, m.decision_id, m.statement_id, m.kind, m.state, m.revision, coalesce(m.undone_at, d.decided_at), m.accepted_at, m.until,
    m.territory, m.reconciles
FROM measure m
JOIN decision d ON (d.tenant, d.service, d.id) = (m.tenant, m.service, m.decision_id)
WHERE m.tenant = %(tenant)s AND m.service = %(service)s AND d.mark = 'real'
  AND (NOT %(not_carried_out)s OR m.state NOT IN ('confirmed', 'lifted'))
ORDER BY 7 DESC, m.id DESC
LIMIT %(limit)s

-- name: not_carried_out
-- How many real measures were decided and not carried out, by kind and state, and since when the oldest; of one service or of all.
SELECT m.tenant, m.service, m.kind, m.state, count(*), min(coalesce(m.undone_at, d.decided_at))
FROM measure m
JOIN decision d ON (d.tenant, d.service, d.id) = (m.tenant, m.service, m.decision_id)
WHERE m.state NOT IN ('confirmed', 'lifted') AND d.mark = 'real'
  AND (%(tenant)s::text IS NULL OR (m.tenant, m.service) = (%(tenant)s, %(service)s))
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
