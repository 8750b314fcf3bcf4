-- name: tables_that_outgrew_their_statistics
-- Tables of ours that were never counted, or have doubled since.
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = current_schema() AND pg_get_userbyid(c.relowner) = current_user
  AND pg_relation_size(c.oid) > 0
  AND (c.reltuples < 0 OR pg_relation_size(c.oid) > 2 * c.relpages::int8 * current_setting('block_size')::int8)
ORDER BY c.relname
