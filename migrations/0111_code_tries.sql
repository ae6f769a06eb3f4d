-- Wrong delivery codes of one attempt: after five nobody looks at a sixth.

CREATE TABLE code_try (
    consignment_id bigint   NOT NULL REFERENCES consignment,
    -- how many times it had been missed: a further attempt has another code
    attempt        smallint NOT NULL,
    -- keyed hashes of what was typed: the same wrong code sent twice is one guess
    wrong          bytea[]  NOT NULL DEFAULT '{}',
    -- the code that opened it: once
    used           bytea,
    used_by        uuid     REFERENCES event (scan_id),
    PRIMARY KEY (consignment_id, attempt),
    CHECK ((used IS NULL) = (used_by IS NULL))
);

GRANT SELECT, INSERT, UPDATE ON code_try TO postal_app;
