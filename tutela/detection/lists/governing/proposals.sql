-- name: add_proposal
-- What somebody asks; no row where the same is asked already.
INSERT INTO list_proposal (
    tenant, service, id, list, change, kind, entries, state, body_key, sealed_key, sealed_body, proposed_by, created_at, answer_by
)
VALUES (
    %(tenant)s, %(service)s, %(id)s, %(list)s, %(change)s, %(kind)s, %(entries)s, %(state)s, %(body_key)s, %(sealed_key)s,
    %(sealed_body)s, %(person)s, %(now)s, %(answer_by)s
)
ON CONFLICT (tenant, service, body_key) WHERE state = 'proposed' DO NOTHING
RETURNING id

-- name: asked_already
-- Under which id and until when the same is asked.
SELECT id, answer_by FROM list_proposal
WHERE tenant = %(tenant)s AND service = %(service)s AND body_key = %(body_key)s AND state = 'proposed'

-- name: lock_proposal
-- One proposal, locked until the transaction ends.
SELECT id, list, change, state, proposed_by, answer_by, sealed_key, sealed_body FROM list_proposal
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s
FOR UPDATE

-- name: settle_proposal
-- How it ended; what was asked is kept no longer than it waits.
UPDATE list_proposal SET
    state = %(state)s, answered_by = %(answered_by)s, version = %(version)s, settled_at = %(now)s, sealed_key = NULL, sealed_body = NULL
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s

-- name: page
-- A page of a service's proposals, the newest first; in one state or in any, of one list or of all.
SELECT id, list, change, kind, entries, state, proposed_by, answered_by, version, created_at, answer_by, settled_at
FROM list_proposal
WHERE tenant = %(tenant)s AND service = %(service)s
    AND (%(state)s::text IS NULL OR state = %(state)s::text)
    AND (%(list)s::text IS NULL OR list = %(list)s::text)
    AND (%(after)s::uuid IS NULL OR id < %(after)s::uuid)
ORDER BY id DESC
LIMIT %(limit)s

-- name: one
-- One proposal with what was asked, as long as it waits.
SELECT id, list, change, kind, entries, state, proposed_by, answered_by, version, created_at, answer_by, settled_at,
    sealed_key, sealed_body
FROM list_proposal
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s

-- name: due
-- What nobody answered in time, over all services.
SELECT tenant, service, id, list, change FROM list_proposal
WHERE state = 'proposed' AND answer_by <= %(now)s
ORDER BY tenant, service, id

-- name: lapse
-- Nobody agreed in time; no row where somebody did meanwhile.
UPDATE list_proposal SET state = %(state)s, settled_at = %(now)s, sealed_key = NULL, sealed_body = NULL
WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(id)s AND state = 'proposed' AND answer_by <= %(now)s
RETURNING id
