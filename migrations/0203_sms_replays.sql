-- Messages that an operator sent again by hand: who, when, and how they had ended before.

CREATE TABLE sms_replay (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sms_id   bigint      NOT NULL REFERENCES sms,
    was      text        NOT NULL,
    error    text,
    by       bigint      NOT NULL REFERENCES person,
    at       timestamptz NOT NULL
);
CREATE INDEX sms_replay_sms ON sms_replay (sms_id);

GRANT SELECT, INSERT ON sms_replay TO postal_app;
