-- Who wants messages, as they said it themselves: networks here are one-way, so nobody can answer STOP.

-- The runner's transaction allows no concurrent building, and the tables are young and small.
-- squawk-ignore-file require-concurrent-index-creation
CREATE TABLE sms_choice (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- the newest choice of anybody with the same number holds for the number
    party_id  bigint      NOT NULL REFERENCES party,
    allowed   boolean     NOT NULL,
    -- counter: said to the clerk named; page: by the citizen, after the second factor
    way       text        NOT NULL CHECK (way IN ('counter', 'page')),
    person_id bigint      REFERENCES person,
    at        timestamptz NOT NULL,
    -- drawn by the page: a second press is the first one
    form_id   uuid        NOT NULL UNIQUE,
    CHECK ((way = 'counter') = (person_id IS NOT NULL))
);
CREATE INDEX sms_choice_party ON sms_choice (party_id, id DESC);
CREATE INDEX party_phone ON party (phone) WHERE phone IS NOT NULL;

GRANT SELECT, INSERT ON sms_choice TO postal_app;
