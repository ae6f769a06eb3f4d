-- The radar: silence that lasts too long becomes an alarm, and climbs until somebody answers.

-- The register is empty wherever this runs: the pilot has not begun, so nobody waits for these locks.
-- squawk-ignore-file require-concurrent-index-creation

-- When each rule speaks, and to whom; dated, because a province learns what it can keep.
CREATE TABLE escalation (
    rule        text     NOT NULL CHECK (rule ~ '^[a-z_]+$'),
    step        smallint NOT NULL CHECK (step BETWEEN 1 AND 5),
    -- working hours of the post after the silence began
    after_hours integer  NOT NULL CHECK (after_hours BETWEEN 0 AND 2000),
    receiver    text     NOT NULL CHECK (receiver IN ('clerk', 'supervisor', 'manager')),
    valid_from  date     NOT NULL,
    valid_to    date,
    -- chosen for the demonstration: the province decides its own
    demo        boolean  NOT NULL,
    PRIMARY KEY (rule, step, valid_from),
    CHECK (valid_from < valid_to)
);

INSERT INTO escalation (rule, step, after_hours, receiver, valid_from, demo) VALUES
    ('bag_on_the_way', 1, 8, 'supervisor', '2018-01-01', true),
    ('bag_on_the_way', 2, 16, 'manager', '2018-01-01', true),
    ('offer_unanswered', 1, 4, 'clerk', '2018-01-01', true),
    ('offer_unanswered', 2, 8, 'supervisor', '2018-01-01', true),
    ('offer_unanswered', 3, 16, 'manager', '2018-01-01', true),
    ('no_scan', 1, 16, 'supervisor', '2018-01-01', true),
    ('no_scan', 2, 32, 'manager', '2018-01-01', true),
    ('ready_uncollected', 1, 8, 'supervisor', '2018-01-01', true),
    ('ready_uncollected', 2, 24, 'manager', '2018-01-01', true),
    -- any paper a courier had at the end of the day and still has
    ('held_overnight', 1, 0, 'supervisor', '2018-01-01', true),
    ('held_overnight', 2, 8, 'manager', '2018-01-01', true),
    ('missing', 1, 0, 'supervisor', '2018-01-01', true),
    ('missing', 2, 8, 'manager', '2018-01-01', true),
    ('agency_at_risk', 1, 0, 'supervisor', '2018-01-01', true),
    ('agency_at_risk', 2, 8, 'manager', '2018-01-01', true),
    ('post_at_risk', 1, 0, 'supervisor', '2018-01-01', true),
    ('post_at_risk', 2, 8, 'manager', '2018-01-01', true),
    ('call_waiting', 1, 4, 'clerk', '2018-01-01', true),
    ('call_waiting', 2, 16, 'supervisor', '2018-01-01', true),
    -- the radar itself could not look at an office; hours on the wall, for want of a calendar
    ('blind', 1, 0, 'supervisor', '2018-01-01', true),
    ('blind', 2, 1, 'manager', '2018-01-01', true);

CREATE TABLE alarm (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    office_id    bigint      NOT NULL REFERENCES office,
    rule         text        NOT NULL,
    -- "consignment:12", "hand_over:7", "dossier:3", "task:9", "office:4"
    subject      text        NOT NULL CHECK (length(subject) BETWEEN 1 AND 60),
    -- when the silence began: a new silence of the same thing is a new alarm
    since        timestamptz NOT NULL,
    -- numbers and codes to find it by; never a name
    facts        jsonb       NOT NULL,
    step         smallint    NOT NULL,
    receiver     text        NOT NULL,
    raised_at    timestamptz NOT NULL,
    -- an answer buys time, not silence: after that it nags again
    quiet_until  timestamptz,
    answer       text,
    answered_by  bigint      REFERENCES person,
    answered_at  timestamptz,
    cleared_at   timestamptz,
    UNIQUE (office_id, rule, subject, since),
    CHECK ((answer IS NULL) = (answered_by IS NULL)),
    CHECK ((answer IS NULL) = (answered_at IS NULL))
);
CREATE INDEX alarm_open ON alarm (office_id, rule, since) WHERE cleared_at IS NULL;

-- Raised, climbed, answered, cleared: what was known when, and who knew it.
CREATE TABLE alarm_event (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alarm_id  bigint      NOT NULL REFERENCES alarm,
    what      text        NOT NULL CHECK (what IN ('raised', 'climbed', 'answered', 'cleared')),
    step      smallint    NOT NULL,
    person_id bigint      REFERENCES person,
    answer    text,
    at        timestamptz NOT NULL,
    -- drawn by the page that answers: the second click is the first one
    form_id   uuid,
    UNIQUE (alarm_id, form_id)
);
CREATE INDEX alarm_event_alarm ON alarm_event (alarm_id, id);

-- When each office was last looked at: any number of workers share the offices.
CREATE TABLE radar_look (
    office_id bigint      PRIMARY KEY REFERENCES office,
    looked_at timestamptz NOT NULL
);

-- What the radar asks once a minute of every office; all it does not ask for stays out of these.
CREATE INDEX dossier_deciding ON dossier (office_id, due_at) WHERE status IN (2, 4);
CREATE INDEX dossier_outbound ON dossier (office_id, expected_on) WHERE status = 1;
CREATE INDEX hand_over_waiting ON hand_over (office_id) WHERE state IN ('offered', 'open');
CREATE INDEX hand_over_coming ON hand_over (taker_id)
    WHERE state IN ('offered', 'open') AND taker_kind = 'office';

GRANT SELECT ON escalation TO postal_app;
GRANT SELECT, INSERT, UPDATE ON alarm, radar_look TO postal_app;
GRANT SELECT, INSERT ON alarm_event TO postal_app;
