-- name: commit_notices
-- Writes a group of notices of one tenant in one transaction: key, leaf, notice, case opened or merged, items; returns the ids that are new.
WITH input AS (
    SELECT * FROM unnest(
        %(ids)b::uuid[], %(services)b::text[], %(keys)b::text[], %(channels)b::text[], %(doors)b::text[],
        %(marks)b::text[], %(categories)b::text[], %(keywords)b::text[], %(languages)b::text[], %(countries)b::text[],
        %(surfaces)b::text[], %(dangers)b::bool[], %(minors)b::bool[], %(item_counts)b::int4[], %(missing)b::text[],
        %(submitted)b::timestamptz[], %(received)b::timestamptz[], %(include_by)b::timestamptz[], %(code_hashes)b::bytea[], %(key_ids)b::text[],
        %(signatures)b::bytea[], %(sealed_keys)b::bytea[], %(sealed_bodies)b::bytea[], %(contents)b::bytea[], %(leaf_hashes)b::bytea[],
        %(senders)b::text[], %(due_ats)b::timestamptz[]
    ) WITH ORDINALITY AS t (
        id, service, key, channel, door,
        mark, category, keyword, language, country,
        surface, imminent_danger, possible_minor, item_count, missing,
        submitted_at, received_at, include_by, code_hash, key_id,
        signature, sealed_key, sealed_body, content, leaf_hash,
        sender, due_at, place
    )
), claimed AS (
    INSERT INTO submission_key (tenant, service, key, fact_id)
    SELECT %(tenant)s, service, key, id FROM input WHERE key IS NOT NULL ORDER BY service, key, place
    ON CONFLICT DO NOTHING
    RETURNING fact_id
), fresh AS MATERIALIZED (
    SELECT * FROM input WHERE key IS NULL OR id IN (SELECT fact_id FROM claimed)
), leaves AS (
    INSERT INTO ledger_leaf (fact_id, tenant, fact_type, at, content, leaf_hash)
    SELECT id, %(tenant)s, 'notice.received', received_at, content, leaf_hash FROM fresh
), notices AS (
    INSERT INTO notice (
        tenant, service, id, channel, door, mark, category, keyword, language, country, surface,
        imminent_danger, possible_minor, item_count, article_16_missing, submitted_at, received_at, include_by,
        code_hash, key_id, signature, sealed_key, sealed_body, sender, due_at
    )
    SELECT
        %(tenant)s, service, id, channel, door, mark, category, keyword, language, country, surface,
        imminent_danger, possible_minor, item_count, string_to_array(missing, ' '), submitted_at, received_at, include_by,
        code_hash, key_id, signature, sealed_key, sealed_body, sender, due_at
    FROM fresh
), subjects AS MATERIALIZED (
    SELECT s.*, f.service, f.mark, f.received_at, f.channel IN ('trusted_flagger', 'hotline', 'authority') AS flagged
    FROM unnest(
        %(item_notices)b::uuid[], %(ordinals)b::int2[], %(kinds)b::text[], %(subject_keys)b::bytea[], %(families)b::text[],
        %(lanes)b::text[], %(dues)b::timestamptz[], %(specialists)b::bool[], %(case_ids)b::uuid[], %(account_keys)b::bytea[]
    ) AS s (notice_id, ordinal, kind, subject_key, family, lane, due_at, specialist, case_id, account_key)
    JOIN fresh f ON f.id = s.notice_id
), cases AS (
    INSERT INTO case_file (
        tenant, service, id, family, subject_kind, subject_key, mark, lane, due_at, specialist, flagged, opened_at, merged_at, account_key
    )
    SELECT
        %(tenant)s, service, min(case_id::text)::uuid, family, min(kind), subject_key, mark, min(lane::lane), min(due_at),
        bool_or(specialist), bool_or(flagged), min(received_at), max(received_at),
        (array_agg(account_key ORDER BY account_key) FILTER (WHERE account_key IS NOT NULL))[1]
    FROM subjects
    GROUP BY service, subject_key, family, mark
    ORDER BY service, subject_key, family, mark
    ON CONFLICT (tenant, service, subject_key, family, mark) WHERE closed_at IS NULL DO UPDATE SET
        lane = least(case_file.lane, excluded.lane),
        due_at = least(case_file.due_at, excluded.due_at),
        specialist = case_file.specialist OR excluded.specialist,
        flagged = case_file.flagged OR excluded.flagged,
        merged_at = greatest(case_file.merged_at, excluded.merged_at),
        account_key = coalesce(case_file.account_key, excluded.account_key)
    RETURNING id, service, subject_key, family, mark
), items AS (
    INSERT INTO item (tenant, service, notice_id, ordinal, subject_kind, case_id)
    SELECT %(tenant)s, s.service, s.notice_id, s.ordinal, s.kind, c.id
    FROM subjects s
    JOIN cases c USING (service, subject_key, family, mark)
)
SELECT id FROM fresh

-- name: stored_notices
-- Which of these ids a commit left behind, asked after a connection broke in the middle of it.
SELECT id FROM notice WHERE tenant = %(tenant)s AND id = ANY(%(ids)s)
