-- The register: dossiers, their consignments, and everything that happened to them.

CREATE TABLE dossier (
    id               bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- ours, on receipt and SMS until the agency gives its code
    ref              text        NOT NULL UNIQUE CHECK (ref ~ '^LD-\d{6}-\d{5}$'),
    -- the secret of the citizen's page: 62 random bits and a check character
    tracking_code    text        NOT NULL UNIQUE CHECK (tracking_code ~ '^[0-9BCFGHJKLMNPQRSTVXZ]{14}$'),
    procedure_id     bigint      NOT NULL REFERENCES procedure,
    applicant_id     bigint      NOT NULL REFERENCES party,
    receiver_id      bigint      NOT NULL REFERENCES party,
    -- the office that accepted it, serves its agency and delivers its result
    office_id        bigint      NOT NULL REFERENCES office,
    agency_id        bigint      NOT NULL REFERENCES agency,
    service          text        NOT NULL CHECK (service IN ('send', 'return', 'both')),
    return_way       text        NOT NULL CHECK (return_way IN ('home', 'office', 'agency')),
    -- national codes 1 to 10
    status           smallint    NOT NULL CHECK (status BETWEEN 1 AND 10),
    -- "mã hồ sơ": the agency issues it, the post never does
    agency_code      text,
    -- the limit as it stood in the procedure's version at reception
    limit_value      integer     NOT NULL CHECK (limit_value >= 0),
    limit_unit       text        NOT NULL,
    same_day_cutoff  boolean     NOT NULL,
    hours_group      text        NOT NULL,
    accepted_at      timestamptz NOT NULL,
    -- "dự kiến": the promise printed before the agency has received
    expected_on      date        NOT NULL,
    -- the agency's clock; original_due_at is never moved
    received_at      timestamptz,
    due_at           timestamptz,
    original_due_at  timestamptz,
    paused_at        timestamptz,
    processed_at     timestamptz,
    CHECK ((received_at IS NULL) = (due_at IS NULL)),
    CHECK ((received_at IS NULL) = (agency_code IS NULL)),
    UNIQUE (agency_id, agency_code)
);
CREATE INDEX dossier_agency ON dossier (agency_id, status, due_at);
CREATE INDEX dossier_office ON dossier (office_id, id DESC);

CREATE TABLE consignment (
    id           bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dossier_id   bigint   NOT NULL REFERENCES dossier,
    leg          text     NOT NULL CHECK (leg IN ('F', 'R', 'B')),
    s10          text     NOT NULL UNIQUE CHECK (s10 ~ '^[A-Z]{2}\d{9}VN$'),
    office_id    bigint   NOT NULL REFERENCES office,
    agency_id    bigint   NOT NULL REFERENCES agency,
    stage        text     NOT NULL,
    -- exactly one holder at every instant: an office, a courier, an agency, the citizen
    holder_kind  text     NOT NULL CHECK (holder_kind IN ('office', 'courier', 'agency', 'citizen')),
    holder_id    bigint,
    attempts     smallint NOT NULL DEFAULT 0,
    CHECK ((holder_kind = 'citizen') = (holder_id IS NULL)),
    UNIQUE (dossier_id, leg)
);
CREATE INDEX consignment_holder ON consignment (holder_kind, holder_id);
CREATE INDEX consignment_office ON consignment (office_id, stage);
CREATE INDEX consignment_agency ON consignment (agency_id, stage);

-- Append-only: the application may add lines and read them, nothing else.
CREATE TABLE event (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dossier_id     bigint      NOT NULL REFERENCES dossier,
    consignment_id bigint      REFERENCES consignment,
    -- drawn by whoever acts, before it is sent: a repeat is recognised
    scan_id        uuid        NOT NULL UNIQUE,
    act            text        NOT NULL,
    -- what it led to: the consignment's stage, the dossier's status, or both
    stage          text,
    status         smallint,
    holder_kind    text,
    holder_id      bigint,
    person_id      bigint      REFERENCES person,
    at             timestamptz NOT NULL,
    -- when we heard of it: hours later where there is no signal
    heard_at       timestamptz NOT NULL,
    -- closed vocabulary and numbers only; never a name, phone or address
    facts          jsonb       NOT NULL
);
CREATE INDEX event_dossier ON event (dossier_id, id);

-- What is owed to each listener, written with the event and deleted with the effect.
CREATE TABLE news (
    event_id bigint NOT NULL REFERENCES event,
    listener text   NOT NULL,
    PRIMARY KEY (listener, event_id)
);

-- Serials that start again every day.
CREATE TABLE daily_serial (
    day    date    NOT NULL,
    series text    NOT NULL,
    last   integer NOT NULL,
    PRIMARY KEY (day, series)
);

-- UPU S10 numbers are given to offices in blocks, so that no two counters meet.
CREATE TABLE s10_block (
    prefix      text    NOT NULL CHECK (prefix ~ '^[A-Z]{2}$'),
    first       integer NOT NULL CHECK (first BETWEEN 0 AND 99999999),
    last        integer NOT NULL CHECK (last BETWEEN first AND 99999999),
    next        integer NOT NULL CHECK (next BETWEEN first AND last + 1),
    office_id   bigint  NOT NULL REFERENCES office,
    PRIMARY KEY (prefix, first)
);
CREATE INDEX s10_block_office ON s10_block (office_id, first);

GRANT SELECT, INSERT, UPDATE ON dossier, consignment, daily_serial, s10_block TO postal_app;
GRANT SELECT, INSERT ON event TO postal_app;
-- UPDATE on news only because FOR UPDATE SKIP LOCKED asks for it
GRANT SELECT, INSERT, UPDATE, DELETE ON news TO postal_app;
