-- name: led_to
-- What entries of a list matched as far as it is kept, and what people decided about it; an item counts once.
WITH matched AS (
    SELECT DISTINCT m.subject_key FROM look_match m
    WHERE m.tenant = %(tenant)s AND m.service = %(service)s AND m.mark = 'real' AND m.list = %(list)s
        AND (%(entries)s::text[] IS NULL OR m.entry = ANY(%(entries)s::text[]))
    LIMIT %(limit)s
)
SELECT (SELECT count(*) FROM matched),
    count(*) FILTER (WHERE d.outcome = 'act'), count(*) FILTER (WHERE d.outcome = 'dismiss'),
    count(*) FILTER (WHERE i.decision_id IS NULL)
FROM matched s
JOIN case_file c ON c.tenant = %(tenant)s AND c.service = %(service)s AND c.mark = 'real' AND c.subject_key = s.subject_key
JOIN item i ON i.tenant = c.tenant AND i.service = c.service AND i.case_id = c.id
JOIN notice n ON n.tenant = i.tenant AND n.service = i.service AND n.id = i.notice_id AND n.channel = 'automated'
    AND n.door = %(door)s
LEFT JOIN decision d ON d.tenant = i.tenant AND d.service = i.service AND d.id = i.decision_id
