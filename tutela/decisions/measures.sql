-- name: advance_revisions
-- The next revision of each subject, locked until the transaction ends; sorted, so that two changes of the same subjects wait and never deadlock.
INSERT INTO subject_revision (tenant, service, subject_key, revision)
SELECT %(tenant)s, %(service)s, subject_key, 1
FROM unnest(%(subject_keys)s::bytea[]) AS named (subject_key)
ORDER BY subject_key
ON CONFLICT (tenant, service, subject_key) DO UPDATE SET revision = subject_revision.revision + 1
RETURNING subject_key, revision
