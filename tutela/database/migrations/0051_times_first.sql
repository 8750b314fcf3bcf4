-- By time first: without statistics, as in the first minute of a database, an index that begins
-- like the primary key is taken in its place, and a single case is then found by reading them all.
DROP INDEX case_file_closed;
DROP INDEX case_file_opened;
CREATE INDEX case_file_closed ON case_file (closed_at, tenant, service) WHERE closed_at IS NOT NULL;
CREATE INDEX case_file_opened ON case_file (opened_at, tenant, service);
