-- name: server
-- Which server this is, and whether it may write.
SELECT current_setting('server_version'), pg_is_in_recovery()

-- name: instant
-- The time by the clock that counts.
SELECT clock_timestamp()

-- name: applied
-- How many migrations the database has.
SELECT count(*) FROM schema_migration

-- name: backlog
-- Facts of all logs that wait for their place, and for how many seconds the oldest has.
SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)::float8
FROM ledger_leaf
WHERE leaf_index IS NULL

-- name: outbox
-- Instructions to the platform that wait, and those that were given up.
SELECT count(*) FILTER (WHERE dead_at IS NULL), count(*) FILTER (WHERE dead_at IS NOT NULL)
FROM outbox
WHERE done_at IS NULL

-- name: filings
-- Statements of reasons that the Transparency Database has not, by what they wait for.
SELECT
    (SELECT count(*) FROM statement WHERE filing_state = 'due'), (SELECT count(*) FROM statement WHERE filing_state = 'held'),
    (SELECT count(*) FROM statement WHERE filing_state = 'refused')
