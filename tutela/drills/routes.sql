-- name: wait_briefly
-- A drill that can't have the table at once leaves it alone: whoever commits a notice goes first.
SELECT set_config('lock_timeout', '5s', true), set_config('tutela.door', %(door)s, true), set_config('tutela.until', %(until)s, true)

-- name: break_door
-- From now on, and until its time is over, the database takes no notice over a door; what is refused is told so and sent again.
DO $do$
DECLARE
    door text := current_setting('tutela.door');
    name text := 'drill_broken_' || door;
BEGIN
    EXECUTE format(
        'CREATE OR REPLACE FUNCTION %I() RETURNS trigger LANGUAGE plpgsql AS %L', name,
        format('BEGIN IF clock_timestamp() < %L::timestamptz THEN RAISE EXCEPTION %L; END IF; RETURN NEW; END',
            current_setting('tutela.until'), 'the door is shut by a drill')
    );
    EXECUTE format(
        'CREATE OR REPLACE TRIGGER %I BEFORE INSERT ON notice FOR EACH ROW WHEN (NEW.door = %L) EXECUTE FUNCTION %I()', name, door, name
    );
END $do$

-- name: mend_door
-- Nothing is left of the drill.
DO $do$
DECLARE
    name text := 'drill_broken_' || current_setting('tutela.door');
BEGIN
    EXECUTE format('DROP TRIGGER IF EXISTS %I ON notice', name);
    EXECUTE format('DROP FUNCTION IF EXISTS %I()', name);
END $do$

-- name: probe_period
-- How many seconds lie between the last two probes of a route over the door.
SELECT extract(epoch FROM issued_at - before)::float8
FROM (
    SELECT issued_at, lag(issued_at) OVER (PARTITION BY tenant, service, channel ORDER BY issued_at) AS before
    FROM canary
    WHERE door = %(door)s
) AS probes
WHERE before IS NOT NULL
ORDER BY issued_at DESC
LIMIT 1

-- name: probes_since
-- Each route over the door, and whether a probe that was issued since then met a fault, and whether one came through.
SELECT tenant, service, channel, bool_or(fault IS NOT NULL), bool_or(proven_at IS NOT NULL AND told_at IS NOT NULL), max(fault)
FROM canary
WHERE door = %(door)s AND issued_at > %(since)s
GROUP BY tenant, service, channel
