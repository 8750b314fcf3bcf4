-- name: walk_by_index
-- For this transaction: the planner takes row-level security for far more selective than it is, and would read and sort all that waits.
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true)

-- name: claim
-- Leases the oldest statements that are due and come after one; nobody waits for another's rows.
WITH due AS MATERIALIZED (
    SELECT s.tenant, s.service, s.id FROM statement s
    WHERE s.tenant = %(tenant)s AND s.filing_state = 'due'
      AND (s.issued_at, s.id) > (%(after_at)s, %(after_id)s)
      AND (s.filing_retry_at IS NULL OR s.filing_retry_at <= %(now)s)
      AND (s.filing_lease_until IS NULL OR s.filing_lease_until <= %(now)s)
    ORDER BY s.issued_at, s.id
    LIMIT %(limit)s
    FOR UPDATE OF s SKIP LOCKED
)
UPDATE statement s SET filing_lease = %(lease)s, filing_lease_until = %(lease_until)s, filing_attempts = s.filing_attempts + 1
FROM due
WHERE (s.tenant, s.service, s.id) = (due.tenant, due.service, due.id)
RETURNING
    s.service, s.id, s.decision_id, s.mark, s.issued_at, s.filing_attempts, s.filing_cleared_at IS NOT NULL,
    s.sealed_key, s.sealed_body, s.filing_sealed_key, s.filing_sealed_body

-- name: look
-- The oldest statements that are due and come after one, as they would be claimed; nothing is leased.
SELECT
    s.service, s.id, s.decision_id, s.mark, s.issued_at, s.filing_attempts, s.filing_cleared_at IS NOT NULL,
    s.sealed_key, s.sealed_body, s.filing_sealed_key, s.filing_sealed_body
FROM statement s
WHERE s.tenant = %(tenant)s AND s.filing_state = 'due'
  AND (s.issued_at, s.id) > (%(after_at)s, %(after_id)s)
  AND (s.filing_retry_at IS NULL OR s.filing_retry_at <= %(now)s)
  AND (s.filing_lease_until IS NULL OR s.filing_lease_until <= %(now)s)
ORDER BY s.issued_at, s.id
LIMIT %(limit)s

-- name: notices_behind
-- The notices that decisions answer: who gave them and what they name may not be told.
SELECT DISTINCT a.decision_id, n.id, n.sealed_key, n.sealed_body
FROM unnest(%(services)b::text[], %(decision_ids)b::uuid[]) AS d (service, id)
JOIN answer a ON (a.tenant, a.service, a.decision_id) = (%(tenant)s, d.service, d.id)
JOIN notice n ON (n.tenant, n.service, n.id) = (a.tenant, a.service, a.notice_id)
WHERE n.sealed_key IS NOT NULL

-- name: settle_filed
-- The database has these; whoever learns it may write it down, once.
UPDATE statement s SET
    filing_state = 'filed', filed_at = %(now)s, filing_uuid = f.uuid, filing_error = NULL, filing_retry_at = NULL,
    filing_lease = NULL, filing_lease_until = NULL
FROM unnest(%(services)b::text[], %(ids)b::uuid[], %(uuids)b::uuid[]) AS f (service, id, uuid)
WHERE s.tenant = %(tenant)s AND (s.service, s.id) = (f.service, f.id) AND s.filing_state = 'due'
RETURNING s.service, s.id

-- name: settle_stopped
-- These wait for a person: held before they left, or refused by the database.
UPDATE statement s SET
    filing_state = f.state, filing_error = f.error, filing_retry_at = NULL, filing_cleared_at = NULL,
    filing_lease = NULL, filing_lease_until = NULL
FROM unnest(%(services)b::text[], %(ids)b::uuid[], %(states)b::text[], %(errors)b::text[]) AS f (service, id, state, error)
WHERE s.tenant = %(tenant)s AND (s.service, s.id) = (f.service, f.id) AND s.filing_lease = %(lease)s
RETURNING s.service, s.id

-- name: settle_postponed
-- These stay due, for a later attempt.
UPDATE statement s SET
    filing_error = f.error, filing_retry_at = %(now)s + f.pause, filing_lease = NULL, filing_lease_until = NULL
FROM unnest(%(services)b::text[], %(ids)b::uuid[], %(errors)b::text[], %(pauses)b::interval[]) AS f (service, id, error, pause)
WHERE s.tenant = %(tenant)s AND (s.service, s.id) = (f.service, f.id) AND s.filing_lease = %(lease)s
RETURNING s.service, s.id

-- name: standing
-- How many are due, since when the oldest, and how many wait for a person, of whatever tenants are seen; each part by its own index.
SELECT d.count, d.oldest_at, s.held, s.refused
FROM (SELECT count(*), min(issued_at) AS oldest_at FROM statement WHERE filing_state = 'due') AS d, (
    SELECT count(*) FILTER (WHERE filing_state = 'held') AS held, count(*) FILTER (WHERE filing_state = 'refused') AS refused
    FROM statement WHERE filing_state IN ('held', 'refused')
) AS s

-- name: listing
-- Statements in one state, the oldest first, with why they are there.
SELECT id, service, issued_at, filing_attempts, filing_error
FROM statement
WHERE tenant = %(tenant)s AND filing_state = %(state)s
ORDER BY issued_at, id
LIMIT %(limit)s

-- name: lock_statement
-- Where a statement stands, held until the transaction ends.
SELECT service, filing_state FROM statement
WHERE tenant = %(tenant)s AND service = ANY (ARRAY(SELECT service FROM service WHERE tenant = %(tenant)s)) AND id = %(id)s
FOR UPDATE

-- name: release
-- A person corrected it or lets it go as it is: it is due again.
UPDATE statement SET
    filing_state = 'due', filing_attempts = 0, filing_retry_at = NULL, filing_error = NULL, filing_cleared_at = %(cleared_at)s,
    filing_sealed_key = coalesce(%(sealed_key)s, filing_sealed_key), filing_sealed_body = coalesce(%(sealed_body)s, filing_sealed_body)
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s
