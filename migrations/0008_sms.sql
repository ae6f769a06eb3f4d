-- Messages to citizens. At most one an event, recipient and template: news may be heard twice.

CREATE TABLE sms_template (
    key          text        NOT NULL CHECK (key ~ '^[a-z][a-z_0-9]*$'),
    -- networks approve a wording: a changed one is a new version, and the old stays to be read
    version      integer     NOT NULL CHECK (version > 0),
    recipient    text        NOT NULL CHECK (recipient IN ('applicant', 'receiver')),
    -- what is sent, and what a screen shows
    text_ascii   text        NOT NULL CHECK (text_ascii <> ''),
    text_vi      text        NOT NULL CHECK (text_vi <> ''),
    placeholders text[]      NOT NULL,
    max_segments integer     NOT NULL CHECK (max_segments BETWEEN 1 AND 3),
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- when a person wrote this version in the product: loading adds none after it
    edited_at    timestamptz,
    PRIMARY KEY (key, version)
);

CREATE TABLE sms (
    id               bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id         bigint      NOT NULL REFERENCES event,
    dossier_id       bigint      NOT NULL REFERENCES dossier,
    -- whose phone: the number itself is asked for when the message leaves
    recipient_id     bigint      NOT NULL REFERENCES party,
    template         text        NOT NULL,
    template_version integer     NOT NULL,
    body             text        NOT NULL CHECK (length(body) BETWEEN 1 AND 480),
    segments         smallint    NOT NULL CHECK (segments BETWEEN 1 AND 3),
    -- unknown: the network may have taken it; it is shown, and never sent again unasked
    state            text        NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'sending', 'sent', 'refused', 'unknown')),
    drafted_at       timestamptz NOT NULL,
    -- people sleep from nine to seven: what can wait does
    send_after       timestamptz NOT NULL,
    -- when it may be claimed; while claimed or in the air, when the claim has lapsed
    next_attempt_at  timestamptz NOT NULL,
    -- the number of the newest claim: whoever holds an older one may settle nothing
    attempts         integer     NOT NULL DEFAULT 0,
    -- how often the network put us off; spaces the retries and ends them
    failures         smallint    NOT NULL DEFAULT 0,
    gateway          text,
    -- the network's own id
    gateway_id       text,
    error            text,
    sent_at          timestamptz,
    UNIQUE (event_id, recipient_id, template),
    UNIQUE (gateway, gateway_id),
    FOREIGN KEY (template, template_version) REFERENCES sms_template,
    CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
CREATE INDEX sms_due ON sms (next_attempt_at) WHERE state IN ('queued', 'sending');
CREATE INDEX sms_dossier ON sms (dossier_id, id);

-- Written before the network is called: a crash leaves the line open, so that
-- "never sent" and "perhaps sent" stay apart.
CREATE TABLE sms_attempt (
    sms_id   bigint      NOT NULL REFERENCES sms,
    attempt  integer     NOT NULL CHECK (attempt > 0),
    gateway  text        NOT NULL,
    begun_at timestamptz NOT NULL,
    ended_at timestamptz,
    outcome  text        CHECK (outcome IN ('sent', 'refused', 'later', 'unknown')),
    PRIMARY KEY (sms_id, attempt),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);

GRANT SELECT, INSERT, UPDATE ON sms, sms_attempt TO postal_app;
GRANT SELECT, INSERT ON sms_template TO postal_app;
