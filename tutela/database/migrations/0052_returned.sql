-- What an account of a group looks like by its position, and which removed one it looks like to have come back from.

ALTER TABLE network_lead
    ADD COLUMN looks_like text CHECK (looks_like IN ('seller_like', 'creator_like', 'buyer_like')),
    ADD COLUMN returned_of bytea CHECK (length(returned_of) = 16);
CREATE INDEX network_lead_returned ON network_lead (tenant, service, run_id, returned_of) WHERE returned_of IS NOT NULL;

-- A lead as it is told: with the sealed id of its account, and with the lead of the removed one.
CREATE VIEW told_lead WITH (security_invoker = true) AS
SELECT
    l.tenant, l.service, l.mark, l.run_id, l.id, l.case_id, l.rank, l.score, l.sure, l.part, l.looks_like,
    o.id AS returned_of, o.case_id AS returned_case, l.possible_minor, l.sealed_key AS words_key, l.sealed_body AS words_body,
    l.account_key, a.sealed_key AS name_key, a.sealed_body AS name_body
FROM network_lead l
LEFT JOIN network_account a ON a.tenant = l.tenant AND a.service = l.service AND a.mark = l.mark AND a.account_key = l.account_key
LEFT JOIN network_lead o ON o.tenant = l.tenant AND o.service = l.service AND o.run_id = l.run_id AND o.account_key = l.returned_of;
