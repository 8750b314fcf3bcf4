-- name: add_leaf
-- The record of a fact, in the transaction of the fact; its place in the tree comes later.
INSERT INTO ledger_leaf (fact_id, tenant, fact_type, at, content, leaf_hash)
VALUES (%(fact_id)s, %(tenant)s, %(fact_type)s, %(at)s, %(content)s, %(leaf_hash)s)

-- name: add_leaves
-- The records of many facts of one instant, in the transaction of the facts.
INSERT INTO ledger_leaf (tenant, at, fact_type, fact_id, content, leaf_hash)
SELECT %(tenant)s, %(at)s, l.*
FROM unnest(%(fact_type)b::text[], %(fact_id)b::uuid[], %(content)b::bytea[], %(leaf_hash)b::bytea[]) AS l

-- name: tenants_with_unsequenced
-- Whose logs have facts that no place was given to yet.
SELECT DISTINCT tenant FROM ledger_leaf WHERE leaf_index IS NULL ORDER BY tenant

-- name: take_epoch
-- A new sequencer takes the log; whoever had it before can't write any more.
UPDATE ledger_log SET epoch = epoch + 1 WHERE tenant = %(tenant)s RETURNING epoch

-- name: lock_log
-- The log's name and size, held until the transaction ends; no row where another sequencer took it.
SELECT log_id, size FROM ledger_log WHERE tenant = %(tenant)s AND epoch = %(epoch)s FOR UPDATE

-- name: number_leaves
-- Gives dense numbers to what is committed and has none, however late it committed: no cursor, no gap.
UPDATE ledger_leaf SET leaf_index = %(size)s + numbered.place
FROM (
    SELECT fact_id, row_number() OVER (ORDER BY fact_id) - 1 AS place
    FROM (
        SELECT fact_id FROM ledger_leaf WHERE tenant = %(tenant)s AND leaf_index IS NULL
        ORDER BY fact_id LIMIT %(most)s
    ) AS unsequenced
) AS numbered
WHERE ledger_leaf.fact_id = numbered.fact_id
RETURNING leaf_index, leaf_hash

-- name: tiles
-- Tiles of the tree by level and place.
SELECT t.level, t.tile, t.hashes
FROM ledger_tile t
JOIN unnest(%(levels)s::int2[], %(tiles)s::int8[]) AS w (level, tile) USING (level, tile)
WHERE t.tenant = %(tenant)s

-- name: put_tiles
-- Tiles that are new or have grown.
INSERT INTO ledger_tile (tenant, level, tile, hashes)
SELECT %(tenant)s, level, tile, hashes
FROM unnest(%(levels)s::int2[], %(tiles)s::int8[], %(hashes)s::bytea[]) AS w (level, tile, hashes)
ON CONFLICT (tenant, level, tile) DO UPDATE SET hashes = excluded.hashes

-- name: grow_log
-- The frontier moves with the numbers, in one transaction.
UPDATE ledger_log SET size = %(size)s WHERE tenant = %(tenant)s

-- name: add_head
-- A signed head.
INSERT INTO ledger_head (tenant, size, root, at, key_id, signature, checkpoint)
VALUES (%(tenant)s, %(size)s, %(root)s, %(at)s, %(key_id)s, %(signature)s, %(checkpoint)s)

-- name: last_head
-- The newest signed head of a tenant's log.
SELECT size, root, at, key_id, signature FROM ledger_head WHERE tenant = %(tenant)s ORDER BY size DESC, at DESC LIMIT 1

-- name: last_checkpoint
-- The newest head as a signed note, and the cosignatures of it.
SELECT h.checkpoint, coalesce(string_agg(c.line, '' ORDER BY c.witness), '')
FROM (
    SELECT size, checkpoint FROM ledger_head
    WHERE tenant = %(tenant)s AND checkpoint IS NOT NULL ORDER BY size DESC, at DESC LIMIT 1
) AS h
LEFT JOIN ledger_cosignature c ON c.tenant = %(tenant)s AND c.size = h.size
GROUP BY h.checkpoint

-- name: log_by_id
-- Which tenant a log belongs to.
SELECT tenant, log_id, size FROM ledger_log WHERE log_id = %(log_id)s

-- name: logs
-- All logs of the house.
SELECT tenant, log_id, size FROM ledger_log ORDER BY tenant

-- name: leaf_by_hash
-- Where a leaf stands; its index is null until it is sequenced.
SELECT l.tenant, g.log_id, l.leaf_index FROM ledger_leaf l JOIN ledger_log g ON g.tenant = l.tenant WHERE l.leaf_hash = %(leaf_hash)s

-- name: oldest_unsequenced
-- Since when the oldest fact waits for its place.
SELECT min(at) FROM ledger_leaf WHERE tenant = %(tenant)s AND leaf_index IS NULL

-- name: join_by_index
-- For this transaction: the planner would read every notice for each part of a log of middling size.
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)

-- name: export_leaves
-- The lines of some leaves in their order, each with the receipt that was given for a notice, and how many receipts.
SELECT
    string_agg(
        '\x6c65616609'::bytea || l.content || '\x0a'::bytea || coalesce(convert_to(
            E'receipt\t{"include_by":"' || to_char(n.include_by AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
            || '","key_id":' || to_json(n.key_id) || ',"leaf_hash":"' || encode(l.leaf_hash, 'hex')
            || '","log_id":' || to_json(%(log_id)s::text)
            || ',"received_at":"' || to_char(n.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
            || '","signature":"' || replace(encode(n.signature, 'base64'), E'\n', '') || E'"}\n',
        'UTF8'), ''::bytea),
        ''::bytea ORDER BY l.leaf_index
    ),
    count(n.id)
FROM ledger_leaf l
LEFT JOIN notice n ON n.id = l.fact_id AND n.tenant = l.tenant
WHERE l.tenant = %(tenant)s AND l.leaf_index >= %(begin)s AND l.leaf_index < %(end)s

-- name: export_heads
-- All signed heads up to a size, in order, each as a checkpoint too, its cosignatures, and its time stamp.
SELECT h.size, h.root, h.at, h.key_id, h.signature, h.checkpoint, array_agg(c.line ORDER BY c.witness) FILTER (WHERE c.line IS NOT NULL), s.response
FROM ledger_head h
LEFT JOIN ledger_stamp s ON s.tenant = h.tenant AND s.size = h.size AND s.head_at = h.at
LEFT JOIN ledger_cosignature c ON c.tenant = h.tenant AND c.size = h.size
WHERE h.tenant = %(tenant)s AND h.size <= %(size)s
GROUP BY h.tenant, h.size, h.at, s.response
ORDER BY h.size, h.at

-- name: export_keys
-- Every key that signs heads or receipts here, when, and by which it was introduced.
SELECT key_id, public_key, valid_from, valid_to, introduced_by, introduced_at, signature
FROM ledger_key
ORDER BY valid_from, key_id
