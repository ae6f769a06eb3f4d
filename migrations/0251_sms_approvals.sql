-- Each mobile network approves each wording for itself; what one of them has not approved does not leave.

-- A few dozen texts: nothing waits for a look through them.
-- squawk-ignore-file disallowed-unique-constraint, adding-foreign-key-constraint
CREATE TABLE sms_approval (
    template   text        NOT NULL,
    version    integer     NOT NULL,
    -- the mobile network of the receiver, which numbers keep when they change it: hence all
    network    text        NOT NULL CHECK (network ~ '^[a-z]+$'),
    state      text        NOT NULL CHECK (state IN ('pending', 'approved', 'refused')),
    -- the demonstration's own word: no network was asked
    demo       boolean     NOT NULL DEFAULT false,
    decided_at timestamptz,
    decided_by bigint      REFERENCES person,
    PRIMARY KEY (template, version, network),
    FOREIGN KEY (template, version) REFERENCES sms_template,
    CHECK (demo OR state = 'pending' OR (decided_at IS NOT NULL AND decided_by IS NOT NULL))
);

-- What was loaded before is the demonstration's own, and goes on as it did.
INSERT INTO sms_approval (template, version, network, state, demo)
SELECT key, version, network, 'approved', true
  FROM sms_template,
       unnest(ARRAY['viettel', 'vinaphone', 'mobifone', 'vietnamobile', 'gmobile']) AS network
 WHERE edited_at IS NULL;

ALTER TABLE sms_template
    -- drawn by the page: a second press writes no second version
    ADD COLUMN form_id   uuid   UNIQUE,
    ADD COLUMN edited_by bigint REFERENCES person;

GRANT SELECT, INSERT, UPDATE ON sms_approval TO postal_app;
