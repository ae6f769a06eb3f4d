-- Row-level security of people and their sessions.

-- Names of colleagues stand on every slip. Who may change a person: herself, her supervisor, the
-- manager, the operator; and the front door, which opens before anybody is known.
CREATE FUNCTION postal_at_the_door() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('postal.kind', true), '') = ''
              OR (current_setting('postal.kind', true) = 'web'
                  AND current_setting('postal.name', true) = 'signin') $$;

ALTER TABLE person ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON person TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON person FOR SELECT TO postal_app USING (true);
CREATE POLICY added ON person FOR INSERT TO postal_app WITH CHECK (
    postal_service() OR postal_role() IN ('manager', 'operator')
    OR (postal_role() = 'supervisor' AND office_id = postal_office()));
CREATE POLICY changed ON person FOR UPDATE TO postal_app USING (
    postal_service() OR id = postal_person() OR postal_at_the_door()
    OR postal_role() IN ('manager', 'operator')
    OR (postal_role() = 'supervisor' AND office_id = postal_office()));

ALTER TABLE session ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON session TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY own ON session TO postal_app
    USING (postal_reads_all() OR person_id = postal_person() OR postal_at_the_door()
           OR postal_role() IN ('manager', 'operator')
           OR (postal_role() = 'supervisor' AND EXISTS (
               SELECT 1 FROM person p
                WHERE p.id = session.person_id AND p.office_id = postal_office())))
    WITH CHECK (postal_service() OR person_id = postal_person() OR postal_at_the_door()
                OR postal_role() IN ('supervisor', 'manager', 'operator'));

-- How often something was tried: counted for strangers too, and it names nobody by itself.
ALTER TABLE attempt_window ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON attempt_window TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY counted ON attempt_window TO postal_app USING (true) WITH CHECK (true);
