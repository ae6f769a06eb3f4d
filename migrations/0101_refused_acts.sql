-- What was tried and refused: a second hand on one paper is on record, not only the one that won.

CREATE TABLE refused_act (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scan_id   uuid        NOT NULL,
    -- as it was typed or scanned; of a paper nobody knows, too
    s10       text        NOT NULL CHECK (length(s10) <= 40),
    act       text        NOT NULL,
    person_id bigint      NOT NULL REFERENCES person,
    at        timestamptz NOT NULL,
    heard_at  timestamptz NOT NULL,
    -- the kind of refusal, by its name in tracking/errors.py
    why       text        NOT NULL,
    -- a phone that tries for ever is on record once
    UNIQUE (scan_id, s10, why)
);
CREATE INDEX refused_act_s10 ON refused_act (s10, id);

GRANT SELECT, INSERT ON refused_act TO postal_app;
