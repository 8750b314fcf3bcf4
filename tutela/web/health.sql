-- name: probe
-- Whether this server takes writes, and with which secret the database was made.
SELECT
    pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean,
    (SELECT fingerprint FROM key_fingerprint WHERE purpose = 'master')

-- name: write_probe
-- A record of the write-ahead log that is durable with its commit and leaves no row.
SELECT pg_logical_emit_message(true, 'tutela.ready', '')
