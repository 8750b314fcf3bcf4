-- name: is_remembered
-- Whether a digest was taken before and is not forgotten yet.
SELECT true
FROM replay_memory
WHERE kind = %(kind)s AND digest = %(digest)s AND expires_at > %(now)s

-- name: remember
-- Notes that a digest was taken; the later end counts where it is known.
INSERT INTO replay_memory (kind, digest, expires_at)
VALUES (%(kind)s, %(digest)s, %(expires_at)s)
ON CONFLICT (kind, digest) DO UPDATE SET expires_at = greatest(replay_memory.expires_at, excluded.expires_at)

-- name: remember_first
-- Notes that a digest is taken; gives a row to the first who says so.
INSERT INTO replay_memory (kind, digest, expires_at)
VALUES (%(kind)s, %(digest)s, %(expires_at)s)
ON CONFLICT (kind, digest) DO NOTHING
RETURNING true

-- name: forget_expired
-- Forgets what could not be taken again anyway.
DELETE FROM replay_memory WHERE expires_at <= %(now)s
