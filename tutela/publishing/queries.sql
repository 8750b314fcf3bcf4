-- name: add_witness
-- A second party that is asked for cosignatures; one that is there already is found at the new place.
INSERT INTO ledger_witness (tenant, name, url, verifier_key, added_at)
VALUES (%(tenant)s, %(name)s, %(url)s, %(verifier_key)s, %(now)s)
ON CONFLICT (tenant, name) DO UPDATE
SET url = excluded.url, verifier_key = excluded.verifier_key, retry_at = NULL, failures = 0,
    refused = false, last_error = NULL
RETURNING name

-- name: remove_witness
-- A witness that is asked no more; what it cosigned stays.
DELETE FROM ledger_witness WHERE tenant = %(tenant)s AND name = %(name)s RETURNING name

-- name: standings
-- Every witness of a tenant, or of all, beside the newest head that can be cosigned.
SELECT w.tenant, w.name, w.last_size, w.last_at, w.last_error, w.refused, w.fork IS NOT NULL,
    coalesce(h.size, 0), u.at
FROM ledger_witness w
LEFT JOIN LATERAL (
    SELECT size FROM ledger_head
    WHERE tenant = w.tenant AND checkpoint IS NOT NULL ORDER BY size DESC LIMIT 1
) AS h ON true
LEFT JOIN LATERAL (
    SELECT at FROM ledger_head
    WHERE tenant = w.tenant AND checkpoint IS NOT NULL AND size > w.last_size ORDER BY size LIMIT 1
) AS u ON true
WHERE w.tenant = %(tenant)s OR %(tenant)s = '*'
ORDER BY w.tenant, w.name

-- name: witnesses_due
-- Who is to be asked now, with the newest checkpoint of the log; one that can't be reached comes by itself.
SELECT w.tenant, w.name, w.url, w.verifier_key, w.last_size, w.failures, g.log_id, h.size, h.checkpoint
FROM ledger_witness w
JOIN ledger_log g ON g.tenant = w.tenant
CROSS JOIN LATERAL (
    SELECT size, checkpoint FROM ledger_head
    WHERE tenant = w.tenant AND checkpoint IS NOT NULL ORDER BY size DESC, at DESC LIMIT 1
) AS h
WHERE w.url <> '' AND h.size > w.last_size AND (w.retry_at IS NULL OR w.retry_at <= %(now)s)

-- name: witness_keys
-- The keys of a tenant's witnesses, with the log they are asked about.
SELECT w.name, w.verifier_key FROM ledger_witness w WHERE w.tenant = %(tenant)s

-- name: head_of_size
-- The checkpoint of a size, and whose log it is.
SELECT g.tenant, h.checkpoint FROM ledger_log g JOIN ledger_head h ON h.tenant = g.tenant
WHERE g.log_id = %(log_id)s AND h.size = %(size)s AND h.checkpoint IS NOT NULL
LIMIT 1

-- name: keep_cosignature
-- What a witness signed, once for each head.
INSERT INTO ledger_cosignature (tenant, size, witness, cosigned_at, line)
VALUES (%(tenant)s, %(size)s, %(witness)s, %(cosigned_at)s, %(line)s)
ON CONFLICT DO NOTHING

-- name: note_cosigned
-- A witness that holds a head now; one that came with an older head keeps the newer.
UPDATE ledger_witness
SET last_size = greatest(last_size, %(size)s), last_at = greatest(last_at, %(cosigned_at)s),
    tried_at = %(now)s, retry_at = %(retry_at)s, failures = 0, last_error = NULL, refused = false
WHERE tenant = %(tenant)s AND name = %(witness)s

-- name: note_failure
-- A witness that gave no cosignature, why, and when it is asked again; a proof of a fork stays.
UPDATE ledger_witness
SET tried_at = %(now)s, retry_at = %(retry_at)s, failures = failures + 1, last_error = %(error)s,
    refused = %(refused)s, fork = coalesce(fork, %(fork)s)
WHERE tenant = %(tenant)s AND name = %(witness)s

-- name: signing_keys
-- The public keys by which our heads are signed.
SELECT public_key FROM ledger_key
