-- What each network said about each attempt, how well it does, and which texts it refuses.

-- The runner's transaction allows no concurrent building, and the tables are young and small.
-- squawk-ignore-file require-concurrent-index-creation
ALTER TABLE sms_attempt
    -- the network's own id for this attempt
    ADD COLUMN gateway_id text,
    -- the furthest the network said it came: its word, and only ever further
    ADD COLUMN status     text CHECK (status IN (
        'queued', 'accepted', 'sending', 'sent', 'delivered', 'undelivered', 'failed')),
    ADD COLUMN status_at  timestamptz,
    ADD COLUMN error      text;
CREATE UNIQUE INDEX sms_attempt_gateway_id ON sms_attempt (gateway, gateway_id);
CREATE INDEX sms_attempt_begun ON sms_attempt (begun_at);

ALTER TABLE sms
    -- how often the network was asked about an answer that never came
    ADD COLUMN asked smallint NOT NULL DEFAULT 0;
CREATE INDEX sms_doubtful ON sms (next_attempt_at) WHERE state = 'unknown';
CREATE INDEX sms_drafted ON sms (drafted_at);
CREATE INDEX sms_failed ON sms (id) WHERE state IN ('refused', 'undelivered', 'unknown', 'expired');

-- A report of a network as it came. Reports repeat and overtake each other: each is kept once,
-- and what they add up to is worked out afterwards.
CREATE TABLE sms_receipt (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway    text        NOT NULL,
    gateway_id text        NOT NULL,
    status     text        NOT NULL CHECK (status IN (
        'queued', 'accepted', 'sending', 'sent', 'delivered', 'undelivered', 'failed')),
    -- which attempt it reports on, as the address it came to says. No foreign key: a report about
    -- a message that a restored backup does not know is kept too
    sms_id     bigint      NOT NULL,
    attempt    integer     NOT NULL,
    error      text,
    -- every parameter, telephone numbers cut down to their last digits
    raw        jsonb       NOT NULL,
    got_at     timestamptz NOT NULL,
    -- when the outbox took note of it
    heard_at   timestamptz,
    UNIQUE (gateway, gateway_id, status)
);
CREATE INDEX sms_receipt_unheard ON sms_receipt (id) WHERE heard_at IS NULL;
CREATE INDEX sms_receipt_sms ON sms_receipt (sms_id);

CREATE TABLE sms_network (
    name         text        PRIMARY KEY,
    -- out of a hundred messages, how many go this way now, and how many the settings give it
    points       smallint    NOT NULL CHECK (points BETWEEN 0 AND 100),
    share        smallint    NOT NULL CHECK (share BETWEEN 0 AND 100),
    moved_at     timestamptz NOT NULL,
    -- until then it is not asked: it takes nothing from us
    paused_until timestamptz,
    paused_why   text
);

-- A text that a network filtered: nothing more of it leaves until a person has looked at it.
CREATE TABLE sms_stop (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    template   text        NOT NULL,
    gateway    text        NOT NULL,
    error      text        NOT NULL,
    stopped_at timestamptz NOT NULL,
    lifted_at  timestamptz,
    lifted_by  bigint      REFERENCES person
);
CREATE UNIQUE INDEX sms_stop_in_force ON sms_stop (template) WHERE lifted_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON sms_receipt, sms_network, sms_stop TO postal_app;
