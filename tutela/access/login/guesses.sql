-- name: spend_guess
-- One more guess, where the pace allows it: a bucket that fills again at a steady rate, kept as one instant (GCRA).
INSERT INTO login_pace (kind, digest, spent_to) VALUES (%(kind)s, %(digest)s, %(now)s + %(each)s)
ON CONFLICT (kind, digest) DO UPDATE SET spent_to = greatest(login_pace.spent_to, %(now)s) + %(each)s
WHERE greatest(login_pace.spent_to, %(now)s) + %(each)s <= %(now)s + %(all_of_them)s
RETURNING true

-- name: guesses_spent_to
-- The instant that says how many guesses are left.
SELECT spent_to FROM login_pace WHERE kind = %(kind)s AND digest = %(digest)s

-- name: give_guess_back
-- It was no guess: it was right.
UPDATE login_pace SET spent_to = spent_to - %(each)s WHERE kind = %(kind)s AND digest = %(digest)s

-- name: forget_guesses
-- Whoever is meant may guess as often as at first.
DELETE FROM login_pace WHERE kind = %(kind)s AND digest = %(digest)s

-- name: forget_spent
-- Rows that hold nobody back any more.
DELETE FROM login_pace WHERE spent_to <= %(now)s

-- name: count_login
-- One more login that ended so.
INSERT INTO login_count (hour, outcome, count) VALUES (date_trunc('hour', %(now)s), %(outcome)s, 1)
ON CONFLICT (hour, outcome) DO UPDATE SET count = login_count.count + 1

-- name: forget_counts
-- Counts of long ago.
DELETE FROM login_count WHERE hour < %(before)s

-- name: count_all
-- How many logins ended how, as long as counts are kept.
SELECT outcome, sum(count)::bigint FROM login_count GROUP BY outcome

-- name: note_failure
-- A guess against somebody who is there; against nobody it changes nothing.
UPDATE staff_user SET guesses = guesses + 1 WHERE tenant = %(tenant)s AND name = %(name)s

-- name: note_login
-- The person is in: guesses before count no more.
UPDATE staff_user SET logged_in_at = %(now)s, guesses = 0 WHERE tenant = %(tenant)s AND name = %(name)s
