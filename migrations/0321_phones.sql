-- Couriers' phones: known to the office, and forgotten in one press.

CREATE TABLE phone (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id     bigint      NOT NULL REFERENCES person,
    office_id     bigint      NOT NULL REFERENCES office,
    -- sha256 of a 256-bit token that only this phone has
    token_hash    bytea       NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    label         text        NOT NULL CHECK (length(label) BETWEEN 1 AND 60),
    registered_at timestamptz NOT NULL,
    -- null: the demo's, which registers itself
    registered_by bigint      REFERENCES person,
    revoked_at    timestamptz,
    revoked_by    bigint      REFERENCES person
);
CREATE INDEX phone_office ON phone (office_id);
CREATE INDEX phone_person ON phone (person_id);

-- A phone asks to be known: the supervisor types what it shows, so that both lie on one table.
CREATE TABLE phone_request (
    -- of the session that asks, which opens nothing else
    session_hash bytea       PRIMARY KEY CHECK (length(session_hash) = 32),
    person_id    bigint      NOT NULL REFERENCES person,
    office_id    bigint      NOT NULL REFERENCES office,
    code         text        NOT NULL CHECK (code ~ '^\d{6}$'),
    label        text        NOT NULL CHECK (length(label) BETWEEN 1 AND 60),
    asked_at     timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL,
    state        text        NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'granted', 'refused', 'used')),
    answered_by  bigint      REFERENCES person,
    answered_at  timestamptz
);
CREATE INDEX phone_request_office ON phone_request (office_id, state, ends_at);

-- On which phone somebody signed in: revoking the phone ends it.
ALTER TABLE session
    ADD COLUMN phone_id bigint,
    ADD CONSTRAINT session_phone FOREIGN KEY (phone_id) REFERENCES phone NOT VALID;

GRANT SELECT, INSERT, UPDATE ON phone, phone_request TO postal_app;

ALTER TABLE phone ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON phone TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON phone FOR SELECT TO postal_app
    USING (postal_overlooks() OR postal_door() OR person_id = postal_person()
           OR postal_role() = 'operator'
           OR (postal_role() = 'supervisor' AND office_id = postal_office()));
CREATE POLICY registered ON phone FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_door());
CREATE POLICY revoked ON phone FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() IN ('manager', 'operator')
           OR (postal_role() = 'supervisor' AND office_id = postal_office()))
    WITH CHECK (revoked_at IS NOT NULL);

ALTER TABLE phone_request ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON phone_request TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY door ON phone_request TO postal_app
    USING (postal_service() OR postal_door()) WITH CHECK (postal_service() OR postal_door());
CREATE POLICY seen ON phone_request FOR SELECT TO postal_app
    USING (postal_role() = 'supervisor' AND office_id = postal_office());
CREATE POLICY answered ON phone_request FOR UPDATE TO postal_app
    USING (postal_role() = 'supervisor' AND office_id = postal_office())
    WITH CHECK (answered_by = postal_person());
