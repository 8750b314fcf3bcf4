-- name: item_missing
-- Notices with fewer items than they were acknowledged with.
SELECT n.tenant, n.service, n.id::text, format('%%s of %%s items', count(i.ordinal), n.item_count)
FROM notice n
LEFT JOIN item i ON (i.tenant, i.service, i.notice_id) = (n.tenant, n.service, n.id)
GROUP BY n.tenant, n.service, n.id
HAVING count(i.ordinal) <> n.item_count

-- name: notice_missing
-- Facts in the ledger whose notice, decision, evidence, declaration, undoing or incident is gone.
SELECT l.tenant, '', l.fact_id::text, l.fact_type
FROM ledger_leaf l
WHERE NOT EXISTS (SELECT FROM notice n WHERE n.tenant = l.tenant AND n.id = l.fact_id)
  AND NOT EXISTS (SELECT FROM decision d WHERE d.tenant = l.tenant AND d.id = l.fact_id)
  AND NOT EXISTS (SELECT FROM evidence e WHERE e.tenant = l.tenant AND e.id = l.fact_id)
  AND NOT EXISTS (SELECT FROM declaration s WHERE s.tenant = l.tenant AND s.id = l.fact_id)
  AND NOT EXISTS (SELECT FROM undoing u WHERE u.tenant = l.tenant AND u.id = l.fact_id)
  AND NOT EXISTS (SELECT FROM incident f WHERE f.tenant = l.tenant AND f.id = l.fact_id)
  AND l.fact_type IN (
    'notice.received', 'decision.taken', 'evidence.added', 'declaration.received', 'decision.undone', 'incident.opened'
  )

-- name: service_unknown
-- Notices that lie under a service nobody has set up, where no reviewer looks.
SELECT n.tenant, n.service, n.id::text, 'no such service'
FROM notice n
LEFT JOIN service s ON (s.tenant, s.service) = (n.tenant, n.service)
WHERE s.service IS NULL

-- name: open_item_in_closed_case
-- Items that wait for an answer in a case that nobody will open again.
SELECT i.tenant, i.service, format('%%s.%%s', i.notice_id, i.ordinal), format('case %%s is closed', c.id)
FROM item i
JOIN case_file c ON (c.tenant, c.service, c.id) = (i.tenant, i.service, i.case_id)
WHERE i.decision_id IS NULL AND c.closed_at IS NOT NULL

-- name: case_missing
-- Items whose case is gone.
SELECT i.tenant, i.service, format('%%s.%%s', i.notice_id, i.ordinal), format('case %%s is gone', i.case_id)
FROM item i
WHERE i.decision_id IS NULL
  AND NOT EXISTS (SELECT FROM case_file c WHERE (c.tenant, c.service, c.id) = (i.tenant, i.service, i.case_id))

-- name: marks_mixed
-- Items whose case has another mark: a real notice among probes is a notice that no reviewer sees.
SELECT i.tenant, i.service, format('%%s.%%s', i.notice_id, i.ordinal), format('%%s notice in a %%s case', n.mark, c.mark)
FROM item i
JOIN notice n ON (n.tenant, n.service, n.id) = (i.tenant, i.service, i.notice_id)
JOIN case_file c ON (c.tenant, c.service, c.id) = (i.tenant, i.service, i.case_id)
WHERE n.mark <> c.mark

-- name: lease_stuck
-- Cases that one holder has kept from everyone else for too long.
SELECT tenant, service, id::text, format('leased since %%s', lease_from)
FROM case_file
WHERE closed_at IS NULL AND lease_until > %(now)s AND lease_from < %(now)s - make_interval(secs => %(lease_seconds_max)s)

-- name: answer_missing
-- Items that a decision named and whose notifier was never answered.
SELECT i.tenant, i.service, format('%%s.%%s', i.notice_id, i.ordinal), format('decision %%s', i.decision_id)
FROM item i
LEFT JOIN answer a ON (a.tenant, a.service, a.notice_id, a.ordinal) = (i.tenant, i.service, i.notice_id, i.ordinal)
WHERE i.decision_id IS NOT NULL AND a.notice_id IS NULL

-- name: decision_incomplete
-- Decisions with fewer items, statements, measures or instructions than they were taken with.
SELECT d.tenant, d.service, d.id::text, concat_ws(', ',
    CASE WHEN d.outcome <> 'escalate' AND items <> d.item_count THEN format('%%s of %%s items', items, d.item_count) END,
    CASE WHEN statements <> d.statement_count THEN format('%%s of %%s statements', statements, d.statement_count) END,
    CASE WHEN measures <> d.measure_count THEN format('%%s of %%s measures', measures, d.measure_count) END,
    CASE WHEN instructions <> d.outbox_count THEN format('%%s of %%s instructions', instructions, d.outbox_count) END
)
FROM decision d
CROSS JOIN LATERAL (SELECT count(*) AS items FROM answer a WHERE (a.tenant, a.service, a.decision_id) = (d.tenant, d.service, d.id)) AS answered
CROSS JOIN LATERAL (SELECT count(*) AS statements FROM statement s WHERE (s.tenant, s.service, s.decision_id) = (d.tenant, d.service, d.id)) AS reasoned
CROSS JOIN LATERAL (SELECT count(*) AS measures FROM measure m WHERE (m.tenant, m.service, m.decision_id) = (d.tenant, d.service, d.id)) AS measured
CROSS JOIN LATERAL (SELECT count(*) AS instructions FROM outbox o WHERE (o.tenant, o.service, o.decision_id) = (d.tenant, d.service, d.id)) AS instructed
WHERE (d.outcome <> 'escalate' AND items <> d.item_count)
   OR statements <> d.statement_count OR measures <> d.measure_count OR instructions <> d.outbox_count

-- name: bulk_incomplete
-- Decisions about many that have subjects without the decision or the notice they led to, or that ended with subjects left.
SELECT s.tenant, s.service, s.bulk_id::text, format('%%s subjects', count(*))
FROM bulk_subject s
JOIN bulk b ON (b.tenant, b.service, b.id) = (s.tenant, s.service, s.bulk_id)
LEFT JOIN decision d ON (d.tenant, d.service, d.id) = (s.tenant, s.service, s.decision_id)
LEFT JOIN notice n ON (n.tenant, n.service, n.id) = (s.tenant, s.service, s.notice_id)
WHERE (s.decision_id IS NOT NULL AND d.id IS NULL) OR (s.notice_id IS NOT NULL AND n.id IS NULL)
   OR (b.state = 'done' AND (s.state = 'pending' OR s.state = 'held_back' AND s.notice_id IS NULL))
GROUP BY s.tenant, s.service, s.bulk_id

-- name: incident_incomplete
-- Incidents whose frozen set is not as large as the ledger was told.
SELECT f.tenant, f.service, f.id::text, format('%%s of %%s items', kept, f.touched ->> 'items')
FROM incident f
CROSS JOIN LATERAL (
    SELECT count(*) AS kept FROM incident_item e WHERE (e.tenant, e.service, e.incident_id) = (f.tenant, f.service, f.id)
) AS counted
WHERE kept <> (f.touched ->> 'items')::bigint

-- name: incident_left
-- Faults that were named and for too long not made good.
SELECT tenant, service, id::text, format('opened %%s, not %%s', opened_at, CASE WHEN replayed_at IS NULL THEN 'replayed' ELSE 'told' END)
FROM incident
WHERE told_at IS NULL AND opened_at < %(now)s - make_interval(secs => %(incident_seconds_max)s)

-- name: inclusion_late
-- Facts whose place in the ledger is overdue: the sequencer is dead or behind.
SELECT tenant, '', fact_id::text, format('since %%s', at)
FROM ledger_leaf
WHERE leaf_index IS NULL AND at < %(now)s - make_interval(secs => %(inclusion_seconds)s)

-- name: frontier_wrong
-- Logs whose size is not the number of facts that have a place.
SELECT g.tenant, '', g.log_id, format('size %%s, placed %%s', g.size, placed)
FROM ledger_log g
CROSS JOIN LATERAL (SELECT count(*) AS placed FROM ledger_leaf l WHERE l.tenant = g.tenant AND l.leaf_index IS NOT NULL) AS counted
WHERE placed <> g.size

-- name: declaration_gap
-- Periods for which the platform says it sent more than came in.
SELECT d.tenant, d.service, d.id::text, format('%%s sent over %%s, %%s came in', d.sent, d.surface, came)
FROM declaration d
CROSS JOIN LATERAL (
    SELECT count(*) AS came FROM notice n
    WHERE (n.tenant, n.service) = (d.tenant, d.service) AND n.surface = d.surface AND n.mark = 'real'
      AND coalesce(n.submitted_at, n.received_at) >= d.period_from AND coalesce(n.submitted_at, n.received_at) < d.period_to
) AS counted
WHERE came < d.sent

-- name: outbox_dead
-- Instructions that were given up and wait for their owner.
SELECT tenant, service, id::text, format('%%s after %%s attempts, owner %%s', kind, attempts, coalesce(owner, 'nobody'))
FROM outbox
WHERE dead_at IS NOT NULL AND done_at IS NULL

-- name: outbox_stuck
-- Instructions that nobody has tried to deliver for too long: the worker is dead or behind.
SELECT tenant, service, id::text, format('%%s due since %%s', kind, due_at)
FROM outbox o
WHERE done_at IS NULL AND dead_at IS NULL AND due_at < %(now)s - make_interval(secs => %(outbox_seconds_max)s)
  AND EXISTS (SELECT FROM webhook_endpoint w WHERE (w.tenant, w.service) = (o.tenant, o.service) AND w.gone_at IS NULL)

-- name: filing_refused
-- Statements of reasons that the Transparency Database refused and nobody has corrected.
SELECT tenant, service, id::text, format('refused: %%s', left(filing_error, 200))
FROM statement
WHERE filing_state = 'refused'

-- name: filing_late
-- Statements of reasons that have waited for too long, for a worker or for a person, and of which somebody was told.
SELECT s.tenant, s.service, s.id::text, format('%%s since %%s', s.filing_state, s.issued_at)
FROM statement s
JOIN decision d ON (d.tenant, d.service, d.id) = (s.tenant, s.service, s.decision_id)
WHERE s.filing_state IN ('due', 'held')
  AND s.issued_at < %(now)s - make_interval(secs => %(filing_seconds_max)s)
  AND greatest(s.issued_at, d.withheld_until) < %(now)s - make_interval(secs => %(filing_seconds_max)s)

-- name: endpoint_missing
-- Services whose instructions have waited for too long because no endpoint was ever set for them.
SELECT tenant, service, service, format('%%s waiting since %%s', count(*), min(created_at))
FROM outbox o
WHERE done_at IS NULL AND dead_at IS NULL AND mark = 'real' AND due_at < %(now)s - make_interval(secs => %(outbox_seconds_max)s)
  AND NOT EXISTS (SELECT FROM webhook_endpoint w WHERE (w.tenant, w.service) = (o.tenant, o.service))
GROUP BY tenant, service

-- name: endpoint_gone
-- Services whose endpoint said that it is gone (410): their messages wait for whoever sets another.
SELECT tenant, service, service, format('since %%s, owner lead', gone_at) FROM webhook_endpoint WHERE gone_at IS NOT NULL

-- name: measure_left
-- Measures that should have ended and were not recalled: their decision was undone, or their last day is long over.
SELECT m.tenant, m.service, m.id::text, CASE
    WHEN d.undone_at IS NULL THEN format('until %%s', m.until)
    ELSE format('decision %%s was undone', d.id) END
FROM measure m
JOIN decision d ON (d.tenant, d.service, d.id) = (m.tenant, m.service, m.decision_id)
WHERE m.undone_at IS NULL
  AND (d.undone_at IS NOT NULL OR m.until < ((%(now)s::timestamptz - make_interval(secs => %(ending_seconds_max)s)) AT TIME ZONE 'UTC')::date)

-- name: measure_failed
-- Measures that the platform says are not in force, although they should be.
SELECT m.tenant, m.service, m.id::text, format('%%s of decision %%s, owner lead', m.kind, m.decision_id)
FROM measure m
JOIN decision d ON (d.tenant, d.service, d.id) = (m.tenant, m.service, m.decision_id)
WHERE m.state = 'failed' AND d.mark = 'real'

-- name: measure_unconfirmed
-- Measures that the platform took and never confirmed, however often it was asked.
SELECT m.tenant, m.service, m.id::text, format('%%s %%s since %%s, asked %%s times, owner lead', m.kind, m.state, m.accepted_at, m.reconciles)
FROM measure m
JOIN decision d ON (d.tenant, d.service, d.id) = (m.tenant, m.service, m.decision_id)
WHERE m.state IN ('accepted', 'recall_accepted') AND m.state NOT IN ('confirmed', 'lifted') AND m.reconciles >= %(unanswered_max)s
  AND d.mark = 'real'

-- name: witness_behind
-- Witnesses that were asked to hold the heads of a log and for too long do not.
SELECT w.tenant, '', w.name, format('%%s leaves held, the next head is of %%s: %%s', w.last_size, h.at, coalesce(w.last_error, 'not heard of'))
FROM ledger_witness w
CROSS JOIN LATERAL (
    SELECT at FROM ledger_head
    WHERE tenant = w.tenant AND checkpoint IS NOT NULL AND size > w.last_size ORDER BY size LIMIT 1
) AS h
WHERE greatest(h.at, w.added_at) < %(now)s - make_interval(secs => %(witness_seconds_max)s)

-- name: log_forked
-- Logs of which a witness was shown two histories, both signed here.
SELECT tenant, '', name, format('at %%s leaves', last_size) FROM ledger_witness WHERE fork IS NOT NULL

-- name: list_stale
-- Lists in use that their source has not confirmed for longer than they may be old.
SELECT tenant, service, name, format('confirmed last %%s', confirmed_at)
FROM known_list
WHERE withdrawn_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s)
  AND confirmed_at < %(now)s - make_interval(secs => longest_age_seconds)

-- name: exchange_failed
-- Exchanges that could not be read when they were tried last, with why.
SELECT l.tenant, l.service, l.name, format('%%s since %%s', x.failure, x.failing_since)
FROM list_exchange x
JOIN known_list l ON l.id = x.list_id
WHERE x.failure IS NOT NULL AND l.withdrawn_at IS NULL

-- name: canary_lost
-- Probes that did not come through in time, with the station where they were last seen.
SELECT tenant, service, id::text, format('%%s over %%s: %%s', channel, door, CASE
    WHEN fault IS NOT NULL THEN fault
    WHEN accepted_at IS NULL THEN 'not accepted'
    WHEN claimed_at IS NULL THEN 'never reached a reviewer'
    WHEN answered_at IS NULL THEN 'never decided'
    WHEN told_at IS NULL THEN 'its notifier was never told'
    ELSE 'no inclusion proof' END)
FROM canary c
WHERE (proven_at IS NULL OR told_at IS NULL) AND issued_at < %(now)s - make_interval(secs => %(canary_seconds_max)s)
  AND NOT EXISTS (
    SELECT FROM canary later
    WHERE (later.tenant, later.service, later.channel, later.door) = (c.tenant, c.service, c.channel, c.door)
      AND later.issued_at > c.issued_at AND later.proven_at IS NOT NULL AND later.told_at IS NOT NULL
  )

-- name: canary_silent
-- Routes on which no probe was sent for two periods: the worker that sends them is dead.
SELECT r.tenant, r.service, format('%%s over %%s', r.channel, door), coalesce('last sent ' || last_issued, 'never sent')
FROM (
    SELECT DISTINCT t.tenant, t.service, channel, min(t.created_at) OVER (PARTITION BY t.tenant, t.service, channel) AS since
    FROM access_token t, unnest(t.channels) AS channel
    WHERE t.role = 'service' AND t.mark = 'real' AND t.revoked_at IS NULL
) AS r
CROSS JOIN unnest(%(doors)s::text[]) AS door
CROSS JOIN LATERAL (
    SELECT max(issued_at) AS last_issued FROM canary c
    WHERE (c.tenant, c.service, c.channel, c.door) = (r.tenant, r.service, r.channel, door)
) AS sent
WHERE coalesce(last_issued, since) < %(now)s - make_interval(secs => %(canary_seconds_max)s)

-- name: process_silent
-- Kinds of process that nobody has heard of lately.
SELECT '', '', kind, coalesce('last heard ' || max(beat_at), 'never heard')
FROM unnest(%(kinds)s::text[]) AS kind
LEFT JOIN process_beat USING (kind)
GROUP BY kind
HAVING max(beat_at) IS NULL OR max(beat_at) < %(now)s - make_interval(secs => %(beat_seconds_max)s)

-- name: refusals_rising
-- Doors that refuse more than they take: a fault before our door is a lost report too.
SELECT r.tenant, r.service, r.door, format('%%s refused, %%s taken in the last hour', refused, taken)
FROM (
    SELECT tenant, service, door, count(*) AS refused FROM refused_call
    WHERE at > %(now)s - interval '1 hour' AND tenant <> '' AND code <> 'clock_wrong'
    GROUP BY tenant, service, door
) AS r
CROSS JOIN LATERAL (
    SELECT count(*) AS taken FROM notice n
    WHERE (n.tenant, n.service) = (r.tenant, r.service) AND n.received_at > %(now)s - interval '1 hour'
) AS counted
WHERE refused > greatest(taken, %(refusals_least)s)

-- name: clock_wrong
-- Notices that were refused because a process's clock was wrong.
SELECT tenant, service, id::text, format('at %%s', at)
FROM refused_call
WHERE code = 'clock_wrong' AND at > %(now)s - interval '1 hour'

-- name: kinds_in_cases
-- Which categories and keywords stand in open cases of which harm family, with some of their items.
SELECT c.family, n.category, n.keyword, (array_agg(ARRAY[i.tenant, i.service, format('%%s.%%s', i.notice_id, i.ordinal)]))[1:100]
FROM item i
JOIN notice n ON (n.tenant, n.service, n.id) = (i.tenant, i.service, i.notice_id)
JOIN case_file c ON (c.tenant, c.service, c.id) = (i.tenant, i.service, i.case_id)
WHERE i.decision_id IS NULL
GROUP BY 1, 2, 3

-- name: guard_stale
-- Processes and programs that live and answer by a version of the guard that is too old.
SELECT s.tenant, s.service, s.name, format('version %%s of %%s, %%s s old', s.version, p.version, round(s.age_seconds))
FROM guard_standing s
JOIN guard_publication p USING (tenant, service)
LEFT JOIN guard_snapshot n ON (n.tenant, n.service, n.version) = (p.tenant, p.service, p.version)
LEFT JOIN process_beat b ON b.name = s.name AND s.kind = 'process'
WHERE (s.kind = 'program' OR b.beat_at > clock_timestamp() - interval '15 seconds')
  AND (s.degraded OR (s.version < p.version AND n.published_at < %(now)s - interval '60 seconds') OR (
      s.kind = 'process' AND s.silent_at < %(now)s
  ))

-- name: guard_probing
-- Viewers, by their digest, or tokens that tried out what the guard lists in the last hour.
SELECT tenant, service, CASE WHEN viewer_key = '' THEN token_id::text ELSE encode(viewer_key, 'hex') END,
    format('%%s, %%s times since %%s', trait, times, since)
FROM guard_probing
WHERE mark = 'real' AND last_at > %(now)s - interval '1 hour'

-- name: guard_emergency
-- Entries that one lead put in or took out, until another agrees, and surfaces that the switch has shut.
SELECT tenant, service, batch_id::text, format('%%s entries %%s, until %%s', count(*), state, min(answer_by))
FROM guard_entry
WHERE mark = 'real' AND state IN ('provisional', 'suspended') AND answer_by > %(now)s
GROUP BY tenant, service, batch_id, state
UNION ALL
SELECT tenant, service, surface, format('shut since %%s, until %%s', thrown_at, until)
FROM guard_switch
WHERE mark = 'real' AND state = 'shut' AND until > %(now)s

-- name: guard_objection
-- Objections against the guard that wait for three days.
SELECT tenant, service, id::text, format('since %%s, %%s times', created_at, times)
FROM guard_objection
WHERE mark = 'real' AND state = 'open' AND created_at < %(now)s - interval '3 days'

-- name: guard_leaks
-- Surfaces that showed something that the guard blocks, by its entry, when they were asked last.
SELECT tenant, service, format('%%s: %%s', name, what), format('%%s spelling, %%s shown, since %%s', spelling, shown, first_at)
FROM guard_finding
WHERE kind = 'leak' AND ended_at IS NULL

-- name: guard_lagging
-- Surfaces where a change of the guard does not hold for longer than a minute.
SELECT tenant, service, name, format('%%s s behind: %%s; it serves version %%s of %%s', round(lag_seconds), why, coalesce(version::text, '?'), newest)
FROM guard_surface
WHERE state = 'lagging'

-- name: guard_unseen
-- Surfaces that left something unanswered, or that nobody asked lately.
SELECT tenant, service, name, coalesce(why, format('not asked since %%s', looked_at))
FROM guard_surface
WHERE state = 'unavailable' OR silent_at < %(now)s

-- name: guard_over_blocked
-- Surfaces that show nothing for what the operator said must be shown.
SELECT tenant, service, format('%%s: %%s', name, what), format('since %%s', first_at)
FROM guard_finding
WHERE kind = 'over_blocked' AND ended_at IS NULL

-- name: guard_drift_late
-- Services whose guard lists words, and where nobody looked for half an hour longer than due what rises with them.
SELECT e.tenant, e.service, 'drift', format('due since %%s', coalesce(r.next_at, min(e.changed_at)))
FROM guard_entry e
LEFT JOIN guard_drift_round r ON (r.tenant, r.service, r.mark) = (e.tenant, e.service, e.mark)
WHERE e.mark = 'real' AND e.kind IN ('text', 'tag') AND e.state IN ('provisional', 'live', 'leaving') AND e.expires_at > %(now)s
GROUP BY e.tenant, e.service, r.next_at
HAVING coalesce(r.next_at, min(e.changed_at)) < %(now)s - interval '30 minutes'

-- name: login_guesses
-- Logins that failed in the last hour, where they are more than people make by mistake.
SELECT '', '', 'login', format('%%s failed logins', sum(count))
FROM login_count
WHERE outcome IN ('wrong_password', 'wrong_code', 'held_back') AND hour > %(now)s - interval '1 hour'
HAVING sum(count) > %(guesses_max)s
