-- name: begin_form
-- A form that was not sent before, or whose sender came to no end, is there to be acted on.
INSERT INTO sent_form (session_hash, digest, begun_at)
SELECT s.session_hash, %(digest)s, clock_timestamp() FROM staff_session s WHERE s.session_hash = %(session_hash)s
ON CONFLICT (session_hash, digest) DO UPDATE SET begun_at = excluded.begun_at
WHERE sent_form.led_to IS NULL
  AND sent_form.begun_at < clock_timestamp() - make_interval(secs => %(given_up_seconds)s)
RETURNING true

-- name: form_led_to
-- Where a form led that was sent before; null while it is worked on.
SELECT led_to FROM sent_form WHERE session_hash = %(session_hash)s AND digest = %(digest)s

-- name: end_form
-- Where the form led.
UPDATE sent_form SET led_to = %(led_to)s WHERE session_hash = %(session_hash)s AND digest = %(digest)s

-- name: drop_form
-- The form led nowhere: it may be sent again.
DELETE FROM sent_form WHERE session_hash = %(session_hash)s AND digest = %(digest)s
