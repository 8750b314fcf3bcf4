-- name: beat
-- A process says that it lives.
INSERT INTO process_beat (name, kind, pid, beat_at) VALUES (%(name)s, %(kind)s, %(pid)s, clock_timestamp())
ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, pid = excluded.pid, beat_at = excluded.beat_at

-- name: end_beat
-- A process that ends of its own accord is no longer missed.
DELETE FROM process_beat WHERE name = %(name)s AND pid = %(pid)s

-- name: beats
-- Every process that should live, and for how many seconds it has been silent.
SELECT name, kind, pid, extract(epoch FROM clock_timestamp() - beat_at)::float8 FROM process_beat ORDER BY name

-- name: forget_beats
-- A machine that is gone for a week is not coming back.
DELETE FROM process_beat WHERE beat_at < clock_timestamp() - interval '7 days'
