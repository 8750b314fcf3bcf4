-- name: add_act
-- An act, by whom, on what.
INSERT INTO network_act (tenant, service, id, mark, event, subject, person, at, sealed_key, sealed_body)
VALUES (
    %(tenant)s, %(service)s, %(id)s, %(mark)s, %(event)s, %(subject)s, %(person)s, %(at)s, %(sealed_key)s, %(sealed_body)s
)

-- name: acts_of
-- What was done to a search or a case, the oldest first.
SELECT id, event, person, at, sealed_key, sealed_body FROM network_act
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND subject = %(id)s
ORDER BY at, id

-- name: add_run
-- A search is asked for, unless one was by this key.
INSERT INTO network_run (
    tenant, service, mark, id, state, asked_by, asked_at, key, body_key, seeds_from, category, leads_max, random_seed, due_at, expires_at
) VALUES (
    %(tenant)s, %(service)s, %(mark)s, %(id)s, %(state)s, %(asked_by)s, %(now)s, %(key)s, %(body_key)s, %(seeds_from)s, %(category)s,
    %(leads_max)s, %(random_seed)s, %(now)s, %(expires_at)s
)
ON CONFLICT (tenant, service, mark, key) WHERE key IS NOT NULL DO NOTHING
RETURNING id

-- name: run_of_key
-- What was asked for by a call of this key before.
SELECT id, body_key FROM network_run
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s AND key = %(key)s

-- name: add_seeds
-- The accounts that a search begins with.
INSERT INTO network_seed (tenant, service, run_id, account_key)
SELECT %(tenant)s, %(service)s, %(run_id)s, k.account_key FROM unnest(%(account_keys)b::bytea[]) AS k (account_key)
ON CONFLICT DO NOTHING

-- name: seeds_of
-- The accounts that a search begins with.
SELECT account_key FROM network_seed WHERE tenant = %(tenant)s AND service = %(service)s AND run_id = %(run_id)s ORDER BY account_key

-- name: show_runs
-- Searches, the newest first, after one of them.
SELECT
    id, state, asked_by, asked_at, seeds_from, category, leads_max, random_seed, stage, begun_at, ended_at, found, why,
    (SELECT count(*) FROM network_seed s WHERE s.tenant = r.tenant AND s.service = r.service AND s.run_id = r.id)
FROM network_run r
WHERE tenant = %(tenant)s AND service = %(service)s AND mark = %(mark)s
  AND (%(state)s::text IS NULL OR state = %(state)s) AND (%(id)s::uuid IS NULL OR id = %(id)s)
  AND (%(after)s::uuid IS NULL OR id < %(after)s)
ORDER BY id DESC
LIMIT %(limit)s

-- name: lost_runs
-- Searches whose worker has gone silent, held until the transaction ends.
SELECT tenant, service, mark, id, tries FROM network_run
WHERE state = %(running)s AND leased_until <= %(now)s
ORDER BY leased_until
FOR UPDATE SKIP LOCKED

-- name: claim_run
-- The search that waits longest, now this worker's; no row where none is due.
WITH due AS MATERIALIZED (
    SELECT tenant, service, id FROM network_run
    WHERE state = %(asked)s AND due_at <= %(now)s AND (%(id)s::uuid IS NULL OR id = %(id)s)
    ORDER BY due_at
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
UPDATE network_run r SET
    state = %(running)s, tries = r.tries + 1, lease = %(lease)s, leased_until = %(leased_until)s, begun_at = %(now)s, stage = NULL
FROM due
WHERE r.tenant = due.tenant AND r.service = due.service AND r.id = due.id
RETURNING r.tenant, r.service, r.mark, r.id, r.seeds_from, r.category, r.leads_max, r.random_seed, r.tries

-- name: runs_due
-- Whether a search waits for a worker, or lost its own.
SELECT EXISTS (
    SELECT FROM network_run WHERE (state = %(asked)s AND due_at <= %(now)s) OR (state = %(running)s AND leased_until <= %(now)s)
)

-- name: renew_run
-- A worker still has its search; no row where another has it.
UPDATE network_run SET leased_until = %(leased_until)s, stage = coalesce(%(stage)s, stage)
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(run_id)s AND lease = %(lease)s
RETURNING id

-- name: put_back_run
-- A search waits for another worker.
UPDATE network_run SET state = %(state)s, lease = NULL, leased_until = NULL, stage = NULL, due_at = %(due_at)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(run_id)s

-- name: end_run
-- A search came to its end: with what it found, or with why it found nothing.
UPDATE network_run SET state = %(state)s, lease = NULL, leased_until = NULL, stage = NULL, ended_at = %(now)s, found = %(found)s::jsonb, why = %(why)s
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(run_id)s

-- name: hold_run
-- A search that this worker has, held until the transaction ends; no row where another has it.
SELECT state FROM network_run
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(run_id)s AND lease = %(lease)s
FOR UPDATE

-- name: forget_runs
-- Searches, their leads and their cases are forgotten in time.
DELETE FROM network_run WHERE expires_at <= %(now)s

-- name: forget_acts
-- What was done to searches and cases that are forgotten; their leaves stay.
DELETE FROM network_act a
WHERE a.at < %(before)s
  AND NOT EXISTS (SELECT FROM network_run r WHERE r.tenant = a.tenant AND r.service = a.service AND r.id = a.subject)
  AND NOT EXISTS (SELECT FROM network_case c WHERE c.tenant = a.tenant AND c.service = a.service AND c.id = a.subject)
