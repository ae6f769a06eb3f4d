-- A receipt that is issued again does not wipe out the one before: each issue stays on record.

CREATE TABLE receipt_issue (
    dossier_id    bigint      NOT NULL REFERENCES dossier,
    -- 0 is the receipt given at the counter, n the n-th issue after it; 0 is written with 1
    number        smallint    NOT NULL CHECK (number BETWEEN 0 AND 99),
    -- the wish that made it: sent twice, issued once
    form_id       uuid        NOT NULL UNIQUE,
    -- the code this issue bears; the code of a replaced one opens nothing any more
    tracking_code text        NOT NULL CHECK (tracking_code ~ '^[0-9BCFGHJKLMNPQRSTVXZ]{14}$'),
    reason        text        REFERENCES reason (code),
    person_id     bigint      NOT NULL REFERENCES person,
    approver_id   bigint      REFERENCES person,
    at            timestamptz NOT NULL,
    PRIMARY KEY (dossier_id, number),
    -- whoever issues one again gives a reason, and a second person agrees
    CHECK ((number = 0) = (reason IS NULL)),
    CHECK ((number = 0) = (approver_id IS NULL)),
    CHECK (approver_id <> person_id)
);

-- Which issue a print is of: the first print of each is an original, the others are copies of it.
ALTER TABLE receipt_print ADD COLUMN issue smallint NOT NULL DEFAULT 0;

GRANT SELECT, INSERT ON receipt_issue TO postal_app;
