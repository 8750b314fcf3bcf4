-- name: due_routes
-- Routes whose last probe is older than a period: every service, channel and door that somebody uses.
SELECT r.tenant, r.service, r.channel, door
FROM (
    SELECT DISTINCT t.tenant, t.service, channel
    FROM access_token t, unnest(t.channels) AS channel
    WHERE t.role = 'service' AND t.mark = 'real' AND t.revoked_at IS NULL
) AS r
CROSS JOIN unnest(%(doors)s::text[]) AS door
WHERE NOT EXISTS (
    SELECT FROM canary c
    WHERE (c.tenant, c.service, c.channel, c.door) = (r.tenant, r.service, r.channel, door)
      AND c.issued_at > %(now)s - make_interval(secs => %(period_seconds)s)
)
ORDER BY 1, 2, 3, 4

-- name: issue_canary
-- A probe is in the register before it is sent: what is swallowed on the way is missed.
INSERT INTO canary (id, tenant, service, channel, door, external_id, issued_at)
VALUES (%(id)s, %(tenant)s, %(service)s, %(channel)s, %(door)s, %(external_id)s, %(now)s)

-- name: canary_accepted
-- The door answered with a receipt.
UPDATE canary SET notice_id = %(notice_id)s, leaf_hash = %(leaf_hash)s, accepted_at = %(now)s, fault = NULL WHERE id = %(id)s

-- name: canary_faulted
-- What went wrong on the way, in the words of the station.
UPDATE canary SET fault = %(fault)s WHERE id = %(id)s AND proven_at IS NULL

-- name: canary_claimed
-- A case was handed out that has this probe in it.
UPDATE canary SET claimed_at = %(now)s WHERE notice_id = ANY(%(notice_ids)s) AND claimed_at IS NULL

-- name: canary_answered
-- The case was decided.
UPDATE canary SET answered_at = %(now)s WHERE notice_id = ANY(%(notice_ids)s) AND answered_at IS NULL

-- name: canary_told
-- Its receipt reads answered.
UPDATE canary SET told_at = %(now)s WHERE id = %(id)s AND told_at IS NULL

-- name: canary_proven
-- Its leaf's inclusion was proved and checked.
UPDATE canary SET proven_at = %(now)s, fault = NULL WHERE id = %(id)s AND proven_at IS NULL

-- name: under_way
-- Probes that were accepted and did not come through to the end yet.
SELECT id, notice_id, leaf_hash, told_at, proven_at FROM canary
WHERE accepted_at IS NOT NULL AND (told_at IS NULL OR proven_at IS NULL) AND issued_at > %(since)s
ORDER BY issued_at

-- name: services_with_open_canaries
-- Where a probe waits for its reviewer.
SELECT DISTINCT tenant, service FROM case_file WHERE mark = 'canary' AND closed_at IS NULL ORDER BY 1, 2

-- name: revoke_probe_tokens
-- The tokens of an earlier worker's probes have no use after it.
UPDATE access_token SET revoked_at = now() WHERE mark = 'canary' AND name = %(name)s AND revoked_at IS NULL

-- name: notice_of_canary
-- Which notice a probe became, by the key it was sent under.
SELECT k.fact_id, l.leaf_hash FROM submission_key k JOIN ledger_leaf l ON l.fact_id = k.fact_id
WHERE k.tenant = %(tenant)s AND k.service = %(service)s AND k.key = %(key)s
