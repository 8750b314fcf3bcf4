-- name: freeze
-- The items that a fault touched, as they stand now: one walk over the notices, or over the decisions, of the window by the time in their ids.
WITH touched AS (
    SELECT
        n.id, i.ordinal, n.door, n.channel, n.category, n.keyword, n.language, n.country, n.surface, n.imminent_danger, n.possible_minor,
        i.subject_kind, i.case_id, i.decision_id, i.answered_at
    FROM notice n
    JOIN item i ON (i.tenant, i.service, i.notice_id) = (n.tenant, n.service, n.id)
    WHERE %(window)s::text <> 'answered' AND n.tenant = %(tenant)s AND n.service = %(service)s AND n.mark = 'real'
      AND n.id >= %(first_id)s AND n.id < %(end_id)s
      AND CASE %(window)s::text WHEN 'received' THEN n.received_at ELSE coalesce(n.submitted_at, n.received_at) END >= %(period_from)s
      AND CASE %(window)s::text WHEN 'received' THEN n.received_at ELSE coalesce(n.submitted_at, n.received_at) END < %(period_to)s
    UNION ALL
    SELECT
        n.id, i.ordinal, n.door, n.channel, n.category, n.keyword, n.language, n.country, n.surface, n.imminent_danger, n.possible_minor,
        i.subject_kind, i.case_id, i.decision_id, i.answered_at
    FROM decision d
    JOIN answer a ON (a.tenant, a.service, a.decision_id) = (d.tenant, d.service, d.id)
    JOIN item i ON (i.tenant, i.service, i.notice_id, i.ordinal) = (a.tenant, a.service, a.notice_id, a.ordinal)
    JOIN notice n ON (n.tenant, n.service, n.id) = (i.tenant, i.service, i.notice_id)
    WHERE %(window)s::text = 'answered' AND d.tenant = %(tenant)s AND d.service = %(service)s AND d.mark = 'real'
      AND d.id >= %(first_id)s AND d.id < %(end_id)s
      AND d.decided_at >= %(period_from)s AND d.decided_at < %(period_to)s
)
INSERT INTO incident_item (
    tenant, service, incident_id, notice_id, ordinal, case_id, lane, family, specialist, due_at, decision_id, answered_at
)
SELECT
    %(tenant)s, %(service)s, %(incident_id)s, t.id, t.ordinal, t.case_id, c.lane, c.family, c.specialist, c.due_at, t.decision_id,
    t.answered_at
FROM touched t
JOIN case_file c ON c.tenant = %(tenant)s AND c.service = %(service)s AND c.id = t.case_id
LEFT JOIN decision d ON d.tenant = %(tenant)s AND d.service = %(service)s AND d.id = t.decision_id
WHERE (%(door)s::text[] IS NULL OR t.door = ANY(%(door)s))
  AND (%(channel)s::text[] IS NULL OR t.channel = ANY(%(channel)s))
  AND (%(category)s::text[] IS NULL OR t.category = ANY(%(category)s))
  AND (%(keyword)s::text[] IS NULL OR coalesce(t.keyword, '') = ANY(%(keyword)s))
  AND (%(language)s::text[] IS NULL OR coalesce(t.language, '') = ANY(%(language)s))
  AND (%(country)s::text[] IS NULL OR coalesce(t.country, '') = ANY(%(country)s))
  AND (%(surface)s::text[] IS NULL OR coalesce(t.surface, '') = ANY(%(surface)s))
  AND (%(subject_kind)s::text[] IS NULL OR t.subject_kind = ANY(%(subject_kind)s))
  AND (%(imminent_danger)s::boolean IS NULL OR t.imminent_danger = %(imminent_danger)s)
  AND (%(possible_minor)s::boolean IS NULL OR t.possible_minor = %(possible_minor)s)
  AND (%(lane)s::text[] IS NULL OR c.lane::text = ANY(%(lane)s))
  AND (%(family)s::text[] IS NULL OR c.family = ANY(%(family)s))
  AND (%(specialist)s::boolean IS NULL OR c.specialist = %(specialist)s)
  AND (%(case_open)s::boolean IS NULL OR (c.closed_at IS NULL) = %(case_open)s)
  AND (%(answered)s::boolean IS NULL OR (t.decision_id IS NOT NULL) = %(answered)s)
  AND (%(outcome)s::text[] IS NULL OR d.outcome = ANY(%(outcome)s))
  AND (%(decided_by)s::text[] IS NULL OR d.decided_by = ANY(%(decided_by)s))
  AND (%(guideline_version)s::text[] IS NULL OR d.guideline_version = ANY(%(guideline_version)s))
  AND (%(automated_decision)s::text[] IS NULL OR d.automated_decision = ANY(%(automated_decision)s))
  AND (%(not_in)s::uuid[] IS NULL OR NOT EXISTS (
    SELECT FROM incident_item e
    WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.incident_id = ANY(%(not_in)s) AND (e.notice_id, e.ordinal) = (t.id, t.ordinal)
  ))

-- name: count_frozen
-- How many items and notices a frozen set has, how they stood, and the hash of all their ids.
SELECT count(*), count(DISTINCT e.notice_id), count(*) FILTER (WHERE e.decision_id IS NULL),
    sha256(convert_to(coalesce(string_agg(e.notice_id || '.' || e.ordinal || E'\n', '' ORDER BY e.notice_id, e.ordinal), ''), 'UTF8'))
FROM incident_item e
WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.incident_id = %(incident_id)s

-- name: count_frozen_by
-- The same by channel, by category and by language, one after the other.
SELECT n.channel, n.category, n.language, grouping(n.channel, n.category, n.language), count(*)
FROM incident_item e
JOIN notice n ON (n.tenant, n.service, n.id) = (e.tenant, e.service, e.notice_id)
WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.incident_id = %(incident_id)s
GROUP BY GROUPING SETS ((n.channel), (n.category), (n.language))
ORDER BY 4, 5 DESC, 1, 2, 3

-- name: items_of_incident
-- The ids of a frozen set from a place on, in their order.
SELECT e.notice_id, e.ordinal FROM incident_item e
WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.incident_id = %(incident_id)s
  AND (%(after)s::uuid IS NULL OR (e.notice_id, e.ordinal) > (%(after)s, %(after_ordinal)s))
ORDER BY e.notice_id, e.ordinal
LIMIT %(limit)s

-- name: decisions_of_incident
-- The decisions that answered items of a frozen set, as far as those are asked about again or can't be.
SELECT DISTINCT i.decision_id FROM incident_item e
JOIN item i ON (i.tenant, i.service, i.notice_id, i.ordinal) = (e.tenant, e.service, e.notice_id, e.ordinal)
WHERE e.tenant = %(tenant)s AND e.service = %(service)s AND e.incident_id = %(incident_id)s
  AND e.replayed_as IN ('reopened', 'erased') AND i.decision_id IS NOT NULL
ORDER BY 1

-- name: add_leaf
-- A fact of an incident in the ledger.
INSERT INTO ledger_leaf (fact_id, tenant, fact_type, at, content, leaf_hash)
VALUES (%(id)s, %(tenant)s, %(fact_type)s, %(at)s, %(content)s, %(leaf_hash)s)

-- name: add_incident
-- A fault that was named, and what it was found to have touched.
INSERT INTO incident (tenant, service, id, fault_hash, opened_at, touched, sealed_key, sealed_body)
VALUES (%(tenant)s, %(service)s, %(id)s, %(fault_hash)s, %(at)s, %(touched)s, %(sealed_key)s, %(sealed_body)s)

-- name: incident_of_fault
-- The incident that was opened for the same fault before.
SELECT id FROM incident WHERE tenant = %(tenant)s AND service = %(service)s AND fault_hash = %(fault_hash)s

-- name: list_incidents
-- Incidents of a service, or one of them, from a place on in the order in which they were opened.
SELECT id, service, opened_at, touched, replayed_at, replayed, told_at, told, sealed_key, sealed_body
FROM incident
WHERE tenant = %(tenant)s AND (%(service)s::text IS NULL OR service = %(service)s)
  AND (%(id)s::uuid IS NULL OR id = %(id)s) AND (%(after)s::uuid IS NULL OR id > %(after)s)
  AND (%(state)s::text IS NULL OR %(state)s = CASE
    WHEN told_at IS NOT NULL THEN 'told' WHEN replayed_at IS NOT NULL THEN 'replayed' ELSE 'opened' END)
ORDER BY id
LIMIT %(limit)s
