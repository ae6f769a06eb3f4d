-- What went wrong with papers, from the moment it was seen until two people have settled it.

CREATE TABLE incident (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- the act that showed it: seen twice, opened once
    cause        uuid        NOT NULL UNIQUE,
    -- where it was seen
    office_id    bigint      NOT NULL REFERENCES office,
    reason       text        NOT NULL REFERENCES reason (code),
    hand_over_id bigint      REFERENCES hand_over,
    consignment_id bigint    REFERENCES consignment,
    opened_by    bigint      NOT NULL REFERENCES person,
    opened_at    timestamptz NOT NULL,
    outcome      text        CHECK (outcome IN ('found', 'lost', 'repacked', 'explained')),
    closed_by    bigint      REFERENCES person,
    closed_at    timestamptz,
    approver_id  bigint      REFERENCES person,
    CHECK ((outcome IS NULL) = (closed_at IS NULL)),
    CHECK ((closed_by IS NULL) = (closed_at IS NULL)),
    CHECK (approver_id <> closed_by)
);
CREATE INDEX incident_open ON incident (office_id, id) WHERE closed_at IS NULL;
CREATE INDEX incident_hand_over ON incident (hand_over_id);
CREATE INDEX incident_consignment ON incident (consignment_id);

GRANT SELECT, INSERT, UPDATE ON incident TO postal_app;
