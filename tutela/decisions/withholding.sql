-- name: withhold
-- What tells people of a decision waits for its end, and so does its filing, which is public; what the platform carries out does not.
WITH decided AS (
    UPDATE decision SET withheld_basis = %(basis)s, withheld_until = %(until)s
    WHERE tenant = %(tenant)s AND service = %(service)s AND id = %(decision_id)s
), filed AS (
    UPDATE statement SET filing_retry_at = %(until)s
    WHERE tenant = %(tenant)s AND service = %(service)s AND decision_id = %(decision_id)s
)
UPDATE outbox SET due_at = %(until)s, withheld_until = %(until)s
WHERE tenant = %(tenant)s AND service = %(service)s AND decision_id = %(decision_id)s
  AND kind IN ('statement.issued', 'notice.answered')
