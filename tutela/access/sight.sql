-- name: harms
-- The harms that the caller works on; null where their role alone decides.
(SELECT known_families(%(tenant)s, %(service)s, %(person)s, NOT %(specialist)s))

-- name: languages
-- The languages that the caller is given cases in; null for all of them.
(SELECT known_languages(%(tenant)s, %(service)s, %(person)s, NOT %(specialist)s))

-- name: near
-- The digests of whomever and whatever the caller said they are too near to; null where there is nothing.
(SELECT kept_from(%(tenant)s, %(service)s, %(asker)s))

-- name: all_near
-- All of these at once, for what lies sealed and has to be compared after it was opened.
SELECT {{near}}

-- name: work_covers_case
-- Whether the role and the harms of the caller cover the case `c`, whomever it is about.
((%(specialist)s OR NOT c.specialist) AND c.family = ANY (coalesce({{harms}}, ARRAY[c.family])))

-- name: not_near_case
-- Whether the caller is near to nobody whom the case `c` is about.
((ARRAY[c.subject_key, c.account_key] && {{near}}) IS NOT TRUE)

-- name: may_know_case
-- Whether the caller may know of the case `c`; the statement itself names its tenant, service and mark.
({{work_covers_case}} AND {{not_near_case}})

-- name: not_near_lead
-- Whether the caller is not near to the account of the lead `l` of a network.
((l.account_key = ANY ({{near}}::bytea[])) IS NOT TRUE)

-- name: not_near_network
-- Whether the caller is near to no member of the network `n`.
NOT EXISTS (
    SELECT FROM network_lead k
    WHERE (k.tenant, k.service, k.case_id) = (n.tenant, n.service, n.id) AND k.account_key = ANY ({{near}}::bytea[])
)

-- name: near_subject
-- Whether the caller is near to the subject `s` of a decision about many; null where they are near to nothing.
(ARRAY[s.subject_key, s.account_key] && {{near}})
