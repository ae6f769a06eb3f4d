-- A lost phone's session opens nothing any more, but what the phone still sends is kept to be looked at.

ALTER TABLE session
    -- from here on it is nobody's session; the row stays, to tell whose phone still sends
    ADD COLUMN revoked_at timestamptz;

CREATE TABLE lost_phone (
    -- drawn by the page: pressed twice, the courier's new phone stays signed in
    id          uuid        PRIMARY KEY,
    person_id   bigint      NOT NULL REFERENCES person,
    office_id   bigint      NOT NULL REFERENCES office,
    reported_by bigint      NOT NULL REFERENCES person,
    reported_at timestamptz NOT NULL
);
CREATE INDEX lost_phone_office ON lost_phone (office_id, reported_at);

CREATE TABLE quarantined_scan (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- which session sent it: the one row a retry finds
    session_hash bytea       NOT NULL,
    scan_id      uuid        NOT NULL,
    person_id    bigint      NOT NULL REFERENCES person,
    office_id    bigint      NOT NULL REFERENCES office,
    -- as the phone sent it; the three beside it are read from it
    line         jsonb       NOT NULL,
    s10          text        NOT NULL,
    act          text        NOT NULL,
    at           timestamptz NOT NULL,
    revoked_at   timestamptz NOT NULL,
    heard_at     timestamptz NOT NULL,
    -- refused: admitted by the supervisor, and the register would not have it
    state        text        NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'admitted', 'refused', 'rejected')),
    decided_by   bigint      REFERENCES person,
    decided_at   timestamptz,
    why          text,
    said         text,
    UNIQUE (session_hash, scan_id),
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CHECK ((state = 'refused') = (why IS NOT NULL)),
    -- what happened after the loss was the finder's doing
    CHECK (state = 'waiting' OR state = 'rejected' OR at < revoked_at)
);
CREATE INDEX quarantined_scan_office ON quarantined_scan (office_id, state, at);

GRANT SELECT, INSERT ON lost_phone TO postal_app;
GRANT SELECT, INSERT, UPDATE ON quarantined_scan TO postal_app;
