-- By what somebody is taken for trying out what is listed, and until when a viewer is shut out for it.

ALTER TABLE guard_probing
    ADD COLUMN trait      text NOT NULL CHECK (trait IN ('refused', 'near_miss', 'many')),
    ADD COLUMN shut_until timestamptz,
    ADD CHECK ((shut_until IS NULL) = (length(viewer_key) = 0));
CREATE INDEX guard_probing_shut ON guard_probing (shut_until) WHERE shut_until IS NOT NULL;
