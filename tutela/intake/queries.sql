-- name: notice_of_key
-- What was stored under a key, with all that its first answer was made of.
SELECT
    n.id, n.received_at, n.key_id, n.signature, n.article_16_missing, n.sealed_key, n.sealed_body, l.leaf_hash,
    array_agg(i.subject_kind ORDER BY i.ordinal)
FROM submission_key k
JOIN notice n ON (n.tenant, n.service, n.id) = (k.tenant, k.service, k.fact_id)
JOIN ledger_leaf l ON l.fact_id = n.id
JOIN item i ON (i.tenant, i.service, i.notice_id) = (n.tenant, n.service, n.id)
WHERE k.tenant = %(tenant)s AND k.service = %(service)s AND k.key = %(key)s
GROUP BY n.tenant, n.service, n.id, l.leaf_hash

-- name: notice_of_code
-- What a receipt's holder may know: when it came, where it stands in the ledger, how each item was answered.
SELECT
    n.tenant, n.service, n.id, n.received_at, l.leaf_hash,
    json_agg(
        json_build_object('outcome', a.outcome, 'ground', a.ground, 'automated_decision', d.automated_decision,
            'withheld', coalesce(d.withheld_until > now(), false), 'undone_at', d.undone_at)
        ORDER BY i.ordinal
    )
FROM notice n
JOIN ledger_leaf l ON l.fact_id = n.id
JOIN item i ON (i.tenant, i.service, i.notice_id) = (n.tenant, n.service, n.id)
LEFT JOIN answer a ON (a.tenant, a.service, a.notice_id, a.ordinal) = (i.tenant, i.service, i.notice_id, i.ordinal)
LEFT JOIN decision d ON (d.tenant, d.service, d.id) = (a.tenant, a.service, a.decision_id)
WHERE n.code_hash = %(code_hash)s
GROUP BY n.tenant, n.service, n.id, l.leaf_hash

-- name: receipt_of_code
-- The promise that a code stands for, as it was signed.
SELECT l.leaf_hash, g.log_id, n.received_at, n.key_id, n.signature
FROM notice n
JOIN ledger_leaf l ON l.fact_id = n.id
JOIN ledger_log g ON g.tenant = n.tenant
WHERE n.code_hash = %(code_hash)s

-- name: add_evidence
-- More from the notifier, sealed like the notice; only while something is still open, and once under a key.
WITH still_open AS MATERIALIZED (
    SELECT ordinal FROM item
    WHERE tenant = %(tenant)s AND service = %(service)s AND notice_id = %(notice_id)s AND (decision_id IS NULL OR EXISTS (
        SELECT FROM decision d WHERE (d.tenant, d.service, d.id) = (item.tenant, item.service, item.decision_id) AND d.withheld_until > now()
    ))
    ORDER BY ordinal LIMIT 1 FOR SHARE
), claimed AS (
    INSERT INTO submission_key (tenant, service, key, fact_id)
    SELECT %(tenant)s, %(service)s, %(key)s::text, %(id)s FROM still_open WHERE %(key)s::text IS NOT NULL
    ON CONFLICT DO NOTHING
    RETURNING fact_id
), fresh AS (
    INSERT INTO ledger_leaf (fact_id, tenant, fact_type, at, content, leaf_hash)
    SELECT %(id)s, %(tenant)s, 'evidence.added', %(at)s, %(content)s, %(leaf_hash)s FROM still_open
    WHERE %(key)s::text IS NULL OR EXISTS (SELECT FROM claimed)
    RETURNING fact_id
)
INSERT INTO evidence (tenant, service, id, notice_id, received_at, sealed_key, sealed_body)
SELECT %(tenant)s, %(service)s, fact_id, %(notice_id)s, %(at)s, %(sealed_key)s, %(sealed_body)s FROM fresh
RETURNING id

-- name: evidence_of_key
-- What was added under a key.
SELECT e.id, e.received_at, e.sealed_key, e.sealed_body
FROM submission_key k
JOIN evidence e ON (e.tenant, e.service, e.id) = (k.tenant, k.service, k.fact_id)
WHERE k.tenant = %(tenant)s AND k.service = %(service)s AND k.key = %(key)s

-- name: add_declaration
-- What the platform says it sent over a surface in a period; the key is taken once.
WITH claimed AS (
    INSERT INTO submission_key (tenant, service, key, fact_id)
    SELECT %(tenant)s, %(service)s, %(key)s, %(id)s WHERE %(key)s::text IS NOT NULL
    ON CONFLICT DO NOTHING
    RETURNING fact_id
), leaf AS (
    INSERT INTO ledger_leaf (fact_id, tenant, fact_type, at, content, leaf_hash)
    SELECT %(id)s, %(tenant)s, 'declaration.received', %(at)s, %(content)s, %(leaf_hash)s
    WHERE %(key)s::text IS NULL OR EXISTS (SELECT FROM claimed)
    RETURNING fact_id
)
INSERT INTO declaration (tenant, service, id, surface, period_from, period_to, sent, received_at)
SELECT %(tenant)s, %(service)s, fact_id, %(surface)s, %(period_from)s, %(period_to)s, %(sent)s, %(at)s FROM leaf
RETURNING id

-- name: declaration_of_key
-- What was declared under a key.
SELECT d.id, d.surface, d.period_from, d.period_to, d.sent
FROM submission_key k
JOIN declaration d ON (d.tenant, d.service, d.id) = (k.tenant, k.service, k.fact_id)
WHERE k.tenant = %(tenant)s AND k.service = %(service)s AND k.key = %(key)s

-- name: received_over_surface
-- What has come in of what a declaration speaks of; `first_id` is the least id that a notice of then can have.
SELECT count(*) FROM notice
WHERE tenant = %(tenant)s AND service = %(service)s AND id >= %(first_id)s AND surface = %(surface)s AND mark = 'real'
  AND coalesce(submitted_at, received_at) >= %(period_from)s AND coalesce(submitted_at, received_at) < %(period_to)s

-- name: add_refusals
-- Refused calls, as rows: when, by which token, why, where, and for a week what was said.
INSERT INTO refused_call (id, at, tenant, service, token_id, door, status, code, pointers, line, sealed_key, sealed_body, body_expires_at)
SELECT id, at, tenant, service, token_id, door, status, code, string_to_array(pointers, ' '), line, sealed_key, sealed_body, body_expires_at
FROM unnest(
    %(ids)b::uuid[], %(ats)b::timestamptz[], %(tenants)b::text[], %(services)b::text[], %(token_ids)b::uuid[], %(doors)b::text[], %(statuses)b::int4[],
    %(codes)b::text[], %(pointers)b::text[], %(lines)b::int4[], %(sealed_keys)b::bytea[], %(sealed_bodies)b::bytea[], %(expiries)b::timestamptz[]
) AS r (id, at, tenant, service, token_id, door, status, code, pointers, line, sealed_key, sealed_body, body_expires_at)

-- name: forget_refused_bodies
-- After a week a refused body is nobody's business; the row stays.
UPDATE refused_call SET sealed_key = NULL, sealed_body = NULL, body_expires_at = NULL WHERE body_expires_at <= %(now)s

-- name: notice_for_erasure
-- A notice, held against decisions and other erasures, and how much of it still waits for an answer.
SELECT n.tenant, n.service, n.sealed_key IS NULL,
    (SELECT count(*) FROM item i
     WHERE (i.tenant, i.service, i.notice_id) = (n.tenant, n.service, n.id) AND i.decision_id IS NULL)
FROM ledger_leaf l
JOIN notice n ON n.tenant = l.tenant AND n.id = l.fact_id
WHERE l.fact_id = %(id)s
FOR UPDATE OF n

-- name: erase_notice
-- Destroys the key first of all, and with it the nonce that the commitment needs.
UPDATE notice SET sealed_key = NULL, sealed_body = NULL WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(notice_id)s

-- name: erase_evidence
-- What the notifier added goes with the notice.
UPDATE evidence SET sealed_key = NULL, sealed_body = NULL WHERE tenant = %(tenant)s AND service = %(service)s AND notice_id = %(notice_id)s

-- name: add_erasure
-- Who erased a notice and why, sealed; the leaf says only that and when.
WITH written AS (
    INSERT INTO ledger_leaf (fact_id, tenant, fact_type, at, content, leaf_hash)
    VALUES (%(id)s, %(tenant)s, 'notice.erased', %(at)s, %(content)s, %(leaf_hash)s)
    RETURNING fact_id
)
INSERT INTO erasure (tenant, service, id, notice_id, erased_at, sealed_key, sealed_body)
SELECT %(tenant)s, %(service)s, fact_id, %(notice_id)s, %(at)s, %(sealed_key)s, %(sealed_body)s FROM written
