-- Who works on which day. A day without a line says nothing: then everybody of the office does.

CREATE TABLE roster (
    office_id bigint NOT NULL REFERENCES office,
    day       date   NOT NULL,
    person_id bigint NOT NULL REFERENCES person,
    -- "off" is said too: a day with one line is a day that was planned
    shift     text   NOT NULL CHECK (shift IN ('day', 'morning', 'afternoon', 'off')),
    set_by    bigint NOT NULL REFERENCES person,
    set_at    timestamptz NOT NULL,
    PRIMARY KEY (day, person_id)
);
CREATE INDEX roster_office ON roster (office_id, day);

GRANT SELECT, INSERT, UPDATE ON roster TO postal_app;
