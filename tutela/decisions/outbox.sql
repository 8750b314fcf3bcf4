-- name: stations_due
-- Services with a message that is due and can go somewhere, marked ones into the house; ORDER BY with OFFSET 0 keeps each look a look by index.
SELECT s.tenant, s.service, m.mark, e.url, e.sealed_key, e.sealed_body
FROM service s
CROSS JOIN unnest(%(marks)s::text[]) AS m (mark)
LEFT JOIN webhook_endpoint e ON (e.tenant, e.service) = (s.tenant, s.service)
WHERE (m.mark <> 'real' OR (e.url IS NOT NULL AND e.gone_at IS NULL)) AND EXISTS (
    SELECT FROM outbox o
    WHERE o.tenant = s.tenant AND o.service = s.service AND o.mark = m.mark
      AND o.done_at IS NULL AND o.dead_at IS NULL AND o.due_at <= %(now)s
    ORDER BY o.due_at, o.place
    LIMIT 1 OFFSET 0
)
ORDER BY 1, 2, 3

-- name: walk_by_index
-- For this transaction: the planner takes row-level security for far more selective than it is, and would read and sort all that waits.
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true)

-- name: claim_due
-- Leases messages that are due, at most one a subject: the oldest that is not done, were it a dead one; OFFSET 0 keeps each look a look by index.
WITH due AS MATERIALIZED (
    SELECT o.id FROM outbox o
    WHERE o.tenant = %(tenant)s AND o.service = %(service)s AND o.mark = %(mark)s
      AND o.done_at IS NULL AND o.dead_at IS NULL AND o.due_at <= %(now)s
      AND (o.lease_until IS NULL OR o.lease_until <= %(now)s)
      AND NOT EXISTS (
        SELECT FROM outbox older
        WHERE (older.tenant, older.service, older.subject_key, older.mark) = (o.tenant, o.service, o.subject_key, o.mark)
          AND older.done_at IS NULL AND older.place < o.place AND (older.withheld_until IS NULL OR older.withheld_until <= %(now)s)
        OFFSET 0
      )
    ORDER BY o.due_at, o.place
    LIMIT %(limit)s
    FOR UPDATE OF o SKIP LOCKED
)
UPDATE outbox o SET lease_token = %(lease_token)s, lease_until = %(lease_until)s, attempts = o.attempts + 1
FROM due
WHERE o.id = due.id
RETURNING o.id, o.attempts, o.sealed_key, o.sealed_body

-- name: mark_delivered
-- The receiver took them: statements are on their way to the recipients, measures are the platform's to carry out and to confirm; measures are locked before statements, as everybody does.
WITH done AS (
    UPDATE outbox SET done_at = %(now)s, lease_token = NULL, lease_until = NULL, last_error = NULL
    WHERE id = ANY(%(ids)s) AND lease_token = %(lease_token)s
    RETURNING tenant, service, id, mark, kind, statement_id, measure_id
), measured AS MATERIALIZED (
    SELECT m.tenant, m.service, m.id, done.mark, done.kind
    FROM measure m
    JOIN done ON (m.tenant, m.service, m.id) = (done.tenant, done.service, done.measure_id)
    WHERE done.kind = ANY(%(kinds)s)
    ORDER BY m.id
    FOR NO KEY UPDATE OF m
), accepted AS (
    UPDATE measure m SET state = moves.after, accepted_at = %(now)s, reconcile_at = CASE measured.mark WHEN 'real' THEN %(reconcile_at)s END
    FROM measured
    JOIN unnest(%(kinds)s::text[], %(before)s::text[], %(after)s::text[]) AS moves (kind, before, after) USING (kind)
    WHERE (m.tenant, m.service, m.id) = (measured.tenant, measured.service, measured.id)
      AND m.state = moves.before AND moves.after <> moves.before
), reasoned AS MATERIALIZED (
    SELECT s.tenant, s.service, s.id
    FROM statement s
    JOIN done ON (s.tenant, s.service, s.id) = (done.tenant, done.service, done.statement_id)
    WHERE s.delivered_at IS NULL AND (SELECT count(*) FROM measured) >= 0
    ORDER BY s.id
    FOR NO KEY UPDATE OF s
), told AS (
    UPDATE statement s SET delivered_at = %(now)s
    FROM reasoned
    WHERE (s.tenant, s.service, s.id) = (reasoned.tenant, reasoned.service, reasoned.id) AND s.delivered_at IS NULL
)
SELECT id FROM done

-- name: postpone
-- Attempts failed; the next follow after a pause each.
UPDATE outbox o SET due_at = f.due_at, lease_token = NULL, lease_until = NULL, last_error = f.error
FROM unnest(%(ids)s::uuid[], %(due_at)s::timestamptz[], %(errors)s::text[]) AS f (id, due_at, error)
WHERE o.id = f.id AND o.lease_token = %(lease_token)s
RETURNING o.id

-- name: bury
-- The last attempts failed: a person owns these from here.
UPDATE outbox o SET dead_at = %(now)s, owner = %(owner)s, lease_token = NULL, lease_until = NULL, last_error = f.error
FROM unnest(%(ids)s::uuid[], %(errors)s::text[]) AS f (id, error)
WHERE o.id = f.id AND o.lease_token = %(lease_token)s
RETURNING o.id

-- name: lock_message
-- Where a message stands, held until the transaction ends.
SELECT done_at, dead_at FROM outbox
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s
FOR UPDATE

-- name: revive
-- A person sends a dead message again, under its id and with all its attempts.
UPDATE outbox SET dead_at = NULL, owner = NULL, attempts = 0, due_at = %(now)s WHERE id = %(id)s

-- name: revive_all
-- A person sends all dead messages of a service again, each under its id and with all its attempts.
UPDATE outbox SET dead_at = NULL, owner = NULL, attempts = 0, due_at = %(now)s
WHERE tenant = %(tenant)s AND service = %(service)s AND dead_at IS NOT NULL AND done_at IS NULL
RETURNING id

-- name: dead_letters
-- Messages of a service that were given up, in their order; those behind one of the service's, where one is named.
SELECT id, kind, decision_id, incident_id, created_at, dead_at, attempts, last_error, owner FROM outbox
WHERE tenant = %(tenant)s AND service = %(service)s AND dead_at IS NOT NULL AND done_at IS NULL
  AND (
    %(after)s::uuid IS NULL
    OR place > (SELECT place FROM outbox WHERE id = %(after)s AND tenant = %(tenant)s AND service = %(service)s)
  )
ORDER BY place
LIMIT %(limit)s

-- name: backlog
-- What is not delivered yet, by service and kind, and why not.
SELECT
    o.service, o.kind,
    CASE
        WHEN o.dead_at IS NOT NULL THEN 'dead'
        WHEN o.withheld_until > %(now)s THEN 'withheld'
        WHEN o.mark = 'real' AND e.url IS NULL THEN 'not_configured'
        WHEN o.mark = 'real' AND e.gone_at IS NOT NULL THEN 'gone'
        WHEN o.last_error IS NOT NULL THEN 'failing'
        ELSE 'due'
    END AS standing,
    count(*), min(o.created_at)
FROM outbox o
LEFT JOIN webhook_endpoint e ON (e.tenant, e.service) = (o.tenant, o.service)
WHERE o.tenant = %(tenant)s AND o.done_at IS NULL
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3

-- name: set_endpoint
-- Where a service takes its messages; the secret before is void.
INSERT INTO webhook_endpoint (tenant, service, url, sealed_key, sealed_body, changed_at)
SELECT tenant, service, %(url)s, %(sealed_key)s, %(sealed_body)s, now()
FROM service WHERE tenant = %(tenant)s AND service = %(service)s
ON CONFLICT (tenant, service) DO UPDATE SET
    gone_at = NULL, url = excluded.url, sealed_key = excluded.sealed_key, sealed_body = excluded.sealed_body, changed_at = excluded.changed_at
RETURNING service

-- name: mark_gone
-- The endpoint said that nobody takes messages there any more.
UPDATE webhook_endpoint SET gone_at = %(now)s
WHERE tenant = %(tenant)s AND service = %(service)s AND url = %(url)s AND gone_at IS NULL

-- name: resume_endpoint
-- The endpoint takes messages again.
UPDATE webhook_endpoint SET gone_at = NULL WHERE tenant = %(tenant)s AND service = %(service)s RETURNING url

-- name: endpoint
-- Where a service takes its messages, and the sealed secret they are signed with.
SELECT url, sealed_key, sealed_body FROM webhook_endpoint WHERE tenant = %(tenant)s AND service = %(service)s
