-- name: text_of_live
-- The live version of a policy.
SELECT id, version, sealed_key, sealed_body FROM rule_version
WHERE tenant = %(tenant)s AND service = %(service)s AND policy = %(policy)s AND state IN ('live', 'leaving')

-- name: judged_matches
-- What people decided about what a policy led them to: by policy and language, acted on and dismissed; an item counts once.
SELECT m.entry, coalesce(lower(split_part(n.language, '-', 1)), ''),
    count(*) FILTER (WHERE d.outcome = 'act'), count(*) FILTER (WHERE d.outcome = 'dismiss')
FROM look_match m
JOIN case_file c ON c.tenant = m.tenant AND c.service = m.service AND c.mark = m.mark AND c.subject_key = m.subject_key
JOIN item i ON i.tenant = c.tenant AND i.service = c.service AND i.case_id = c.id
JOIN notice n ON n.tenant = i.tenant AND n.service = i.service AND n.id = i.notice_id
JOIN decision d ON d.tenant = i.tenant AND d.service = i.service AND d.id = i.decision_id
WHERE m.tenant = %(tenant)s AND m.service = %(service)s AND m.mark = 'real' AND m.list = %(detector)s
    AND n.channel = 'automated' AND n.door = %(door)s AND d.outcome IN ('act', 'dismiss') AND d.decided_at >= %(since)s
GROUP BY 1, 2
ORDER BY 1, 2
