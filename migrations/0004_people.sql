-- The people: staff who sign in, and the parties whose papers are carried.

CREATE TABLE person (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username      text        NOT NULL UNIQUE CHECK (username ~ '^[a-z0-9._-]{2,40}$'),
    full_name     text        NOT NULL CHECK (length(full_name) BETWEEN 1 AND 120),
    -- what an SMS may call a courier: Vietnamese given names stand last
    given_name    text        NOT NULL,
    role          text        NOT NULL CHECK (role IN
                      ('clerk', 'courier', 'supervisor', 'agency_officer', 'manager', 'operator')),
    office_id     bigint      REFERENCES office,
    agency_id     bigint      REFERENCES agency,
    -- the number a courier may be called on; it is printed in messages
    phone         text        CHECK (phone ~ '^\+84\d{9,10}$'),
    -- argon2id; null: cannot sign in
    password_hash text,
    active        boolean     NOT NULL DEFAULT true,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CHECK ((role IN ('clerk', 'courier', 'supervisor')) = (office_id IS NOT NULL)),
    CHECK ((role = 'agency_officer') = (agency_id IS NOT NULL))
);
CREATE INDEX person_office ON person (office_id);
CREATE INDEX person_agency ON person (agency_id);

CREATE TABLE session (
    -- sha256 of a 256-bit id that only the browser has
    id_hash      bytea       PRIMARY KEY CHECK (length(id_hash) = 32),
    person_id    bigint      NOT NULL REFERENCES person,
    opened_at    timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    -- ten hours after the sign-in whatever happens
    ends_at      timestamptz NOT NULL
);
CREATE INDEX session_person ON session (person_id);

-- How often something was tried within one window of time.
CREATE TABLE attempt_window (
    bucket    text        NOT NULL,
    starts_at timestamptz NOT NULL,
    tries     integer     NOT NULL,
    PRIMARY KEY (bucket, starts_at)
);

-- The only table with a citizen's name, number, phone and address: the
-- libraries hold nothing but its id.
CREATE TABLE party (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    full_name   text        NOT NULL CHECK (length(full_name) BETWEEN 1 AND 120),
    citizen_id  text        CHECK (citizen_id ~ '^(\d{9}|\d{12})$'),
    -- null: no phone is a legal answer; calls become tasks
    phone       text        CHECK (phone ~ '^\+84\d{9,10}$'),
    sms_allowed boolean     NOT NULL,
    address     text        NOT NULL CHECK (length(address) <= 300),
    -- what the courier needs and no map shows: the gate, the hour to come
    note        text        NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    created_at  timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT, UPDATE ON person, party TO postal_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON session, attempt_window TO postal_app;
