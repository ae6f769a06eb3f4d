-- What a sign-in still lacks after the password, and what makes up for it.

ALTER TABLE session
    -- null: nothing, it opens every page of its role; else the one thing it may do
    ADD COLUMN lacks text CHECK (lacks IN ('code', 'enrolment', 'phone')),
    -- "Chrome, Android": by this its owner knows it again among her others
    ADD COLUMN browser text NOT NULL DEFAULT '' CHECK (length(browser) <= 60);

-- The secret that a person's authenticator shares with us (RFC 6238).
CREATE TABLE second_step (
    person_id     bigint      PRIMARY KEY REFERENCES person,
    -- closed; its place is second_step:person_id:secret
    secret_sealed bytea       NOT NULL,
    -- null: shown once as a picture, and no code of it was typed yet
    enrolled_at   timestamptz,
    -- the half minute of the last code taken: none is taken twice, nor an older one
    last_step     bigint
);

-- For the day the telephone lies in a lake: each opens the door once.
CREATE TABLE recovery_code (
    -- sha256 of 120 random bits
    code_hash bytea       PRIMARY KEY CHECK (length(code_hash) = 32),
    person_id bigint      NOT NULL REFERENCES person,
    used_at   timestamptz
);
CREATE INDEX recovery_code_person ON recovery_code (person_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON second_step, recovery_code TO postal_app;

-- The front door asks before anybody is known.
CREATE FUNCTION postal_door() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('postal.kind', true), '') = 'web'
             AND coalesce(current_setting('postal.name', true), '') = 'signin' $$;

-- Whose account the asker may open, close and move: `security_people.STAFFS` says the same in
-- Python, and says which officer heads her agency.
CREATE FUNCTION postal_staffs(whose_role text, whose_office bigint, whose_agency bigint)
    RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('postal.kind', true), '') IN ('job', 'command')
              OR CASE current_setting('postal.role', true)
                 WHEN 'operator' THEN true
                 WHEN 'manager' THEN whose_role NOT IN ('manager', 'operator')
                 WHEN 'supervisor' THEN whose_role IN ('clerk', 'courier')
                     AND whose_office = nullif(current_setting('postal.office', true), '')::bigint
                 WHEN 'agency_officer' THEN whose_role = 'agency_officer'
                     AND whose_agency = nullif(current_setting('postal.agency', true), '')::bigint
                 ELSE false END $$;

ALTER TABLE second_step ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON second_step TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY hers ON second_step TO postal_app
    USING (postal_service() OR postal_door() OR person_id = postal_person())
    WITH CHECK (postal_service() OR postal_door() OR person_id = postal_person());
-- taken away by somebody above when the telephone is lost; seen no further than that it is there
CREATE POLICY above_seen ON second_step FOR SELECT TO postal_app USING (EXISTS (
    SELECT 1 FROM person p
     WHERE p.id = person_id AND postal_staffs(p.role, p.office_id, p.agency_id)));
CREATE POLICY above_gone ON second_step FOR DELETE TO postal_app USING (EXISTS (
    SELECT 1 FROM person p
     WHERE p.id = person_id AND postal_staffs(p.role, p.office_id, p.agency_id)));

ALTER TABLE recovery_code ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON recovery_code TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY hers ON recovery_code TO postal_app
    USING (postal_service() OR postal_door() OR person_id = postal_person())
    WITH CHECK (postal_service() OR postal_door() OR person_id = postal_person());
CREATE POLICY above_seen ON recovery_code FOR SELECT TO postal_app USING (EXISTS (
    SELECT 1 FROM person p
     WHERE p.id = person_id AND postal_staffs(p.role, p.office_id, p.agency_id)));
CREATE POLICY above_gone ON recovery_code FOR DELETE TO postal_app USING (EXISTS (
    SELECT 1 FROM person p
     WHERE p.id = person_id AND postal_staffs(p.role, p.office_id, p.agency_id)));
