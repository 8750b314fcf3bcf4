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
-- What a receipt's holder may know: when it came, where it stands in the ledger, how each item stands.
SELECT
    n.tenant, n.service, n.id, n.received_at, n.sealed_key IS NULL AS erased, l.leaf_hash, l.leaf_index, g.log_id,
    json_agg(json_build_object('outcome', a.outcome, 'ground', a.ground, 'answered_at', a.answered_at) ORDER BY i.ordinal)
FROM notice n
JOIN ledger_leaf l ON l.fact_id = n.id
JOIN ledger_log g ON g.tenant = n.tenant
JOIN item i ON (i.tenant, i.service, i.notice_id) = (n.tenant, n.service, n.id)
LEFT JOIN answer a ON (a.tenant, a.service, a.notice_id, a.ordinal) = (i.tenant, i.service, i.notice_id, i.ordinal)
WHERE n.code_hash = %(code_hash)s
GROUP BY n.tenant, n.service, n.id, l.leaf_hash, l.leaf_index, g.log_id

-- name: add_evidence
-- More from the notifier, sealed like the notice; only while something is still open.
WITH fresh AS (
    INSERT INTO ledger_leaf (fact_id, tenant, fact_type, at, content, leaf_hash)
    SELECT %(id)s, %(tenant)s, 'evidence.added', %(at)s, %(content)s, %(leaf_hash)s
    WHERE EXISTS (
        SELECT FROM item WHERE tenant = %(tenant)s AND service = %(service)s AND notice_id = %(notice_id)s AND decision_id IS NULL
        FOR SHARE
    )
    RETURNING fact_id
)
INSERT INTO evidence (tenant, service, id, notice_id, received_at, sealed_key, sealed_body)
SELECT %(tenant)s, %(service)s, fact_id, %(notice_id)s, %(at)s, %(sealed_key)s, %(sealed_body)s FROM fresh
RETURNING id

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
-- A notice and whether anything of it still waits for an answer.
SELECT n.tenant, n.service, n.sealed_key IS NULL, count(*) FILTER (WHERE i.decision_id IS NULL)
FROM notice n
JOIN item i ON (i.tenant, i.service, i.notice_id) = (n.tenant, n.service, n.id)
WHERE n.id = %(id)s
GROUP BY n.tenant, n.service, n.id

-- name: erase_notice
-- Destroys the key first of all, and with it the nonce that the commitment needs.
UPDATE notice SET sealed_key = NULL, sealed_body = NULL WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s

-- name: erase_evidence
-- What the notifier added goes with the notice.
UPDATE evidence SET sealed_key = NULL, sealed_body = NULL WHERE tenant = %(tenant)s AND service = %(service)s AND notice_id = %(id)s
