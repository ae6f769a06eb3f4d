-- What a courier rides on a day, in which order, and how each stop ended.

-- No name, address or phone: a stop carries a reference that its writer understands.
CREATE TABLE round (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    office_id   bigint      NOT NULL REFERENCES office,
    courier_id  bigint      NOT NULL REFERENCES person,
    day         date        NOT NULL,
    name        text        NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    state       text        NOT NULL DEFAULT 'planned'
        CHECK (state IN ('planned', 'started', 'finished')),
    -- both NULL: the office has no point, and the first stop is where the ride begins
    start_lat   double precision CHECK (start_lat BETWEEN -90 AND 90),
    start_lon   double precision CHECK (start_lon BETWEEN -180 AND 180),
    leaves_at   timestamptz NOT NULL,
    back_at     timestamptz NOT NULL,
    -- the whole ride as planned, the way home included
    km          double precision NOT NULL CHECK (km >= 0),
    planned_at  timestamptz NOT NULL,
    started_at  timestamptz,
    finished_at timestamptz,
    CHECK ((start_lat IS NULL) = (start_lon IS NULL)),
    CHECK (back_at >= leaves_at),
    CHECK (state <> 'planned' OR started_at IS NULL),
    CHECK (state <> 'started' OR started_at IS NOT NULL),
    -- a planned round that nobody rode may be closed too
    CHECK ((state = 'finished') = (finished_at IS NOT NULL))
);

-- A courier has one bag: a second round waits until the first is back.
CREATE UNIQUE INDEX round_open ON round (courier_id, day) WHERE state <> 'finished';
CREATE INDEX round_office ON round (office_id, day);

CREATE TABLE stop (
    round_id         bigint      NOT NULL REFERENCES round,
    reference        text        NOT NULL CHECK (length(reference) BETWEEN 1 AND 80),
    ordinal          integer     NOT NULL CHECK (ordinal > 0),
    kind             text        NOT NULL CHECK (kind IN ('hand_over', 'collect', 'deliver')),
    -- both NULL: nobody knows where; the courier still carries the paper, so it stands last
    lat              double precision CHECK (lat BETWEEN -90 AND 90),
    lon              double precision CHECK (lon BETWEEN -180 AND 180),
    accuracy_km      double precision CHECK (accuracy_km >= 0),
    service_minutes  integer     NOT NULL CHECK (service_minutes BETWEEN 0 AND 480),
    window_from      timestamptz,
    window_to        timestamptz,
    eta              timestamptz,
    km_from_previous double precision CHECK (km_from_previous >= 0),
    doubt            text        CHECK (doubt IN ('no_point', 'late')),
    outcome          text        CHECK (outcome IN ('done', 'missed', 'dropped')),
    done_at          timestamptz,
    PRIMARY KEY (round_id, reference),
    -- deferrable: a stop put in between moves all those after it in one statement
    UNIQUE (round_id, ordinal) DEFERRABLE INITIALLY IMMEDIATE,
    CHECK ((lat IS NULL) = (lon IS NULL)),
    CHECK ((lat IS NULL) = (eta IS NULL)),
    CHECK (window_from <= window_to),
    CHECK ((outcome IS NULL) = (done_at IS NULL))
);

GRANT SELECT, INSERT, UPDATE ON round TO postal_app;
-- a round that has not left is planned anew: its stops are written again
GRANT SELECT, INSERT, UPDATE, DELETE ON stop TO postal_app;
