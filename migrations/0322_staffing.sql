-- Who opened, changed and closed whose account, and the link that starts one.

ALTER TABLE person
    -- of an agency: she opens and closes her colleagues' accounts
    ADD COLUMN head boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT person_head CHECK (NOT head OR role = 'agency_officer') NOT VALID;

CREATE TABLE one_time_link (
    -- sha256 of 256 bits that were shown once
    token_hash bytea       PRIMARY KEY CHECK (length(token_hash) = 32),
    person_id  bigint      NOT NULL REFERENCES person,
    -- null: printed by a command
    made_by    bigint      REFERENCES person,
    made_at    timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    -- also when a newer link took its place
    used_at    timestamptz
);
CREATE INDEX one_time_link_person ON one_time_link (person_id);

CREATE TABLE access_log (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL,
    -- null: a command of the operator, or somebody at the door who is nobody yet
    by_id     bigint      REFERENCES person,
    by_kind   text        NOT NULL,
    act       text        NOT NULL CHECK (act ~ '^[a-z_]{2,30}$'),
    -- whose account; null: no such user name
    person_id bigint      REFERENCES person,
    -- of the one it is about, at that time: her supervisor reads it
    office_id bigint      REFERENCES office,
    why       text        NOT NULL DEFAULT '' CHECK (length(why) <= 200),
    facts     jsonb       NOT NULL DEFAULT '{}'
);
CREATE INDEX access_log_person ON access_log (person_id, id);
CREATE INDEX access_log_office ON access_log (office_id, id);

CREATE FUNCTION refuse_access_log_change() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'access_log is append-only'; END $$;
CREATE TRIGGER access_log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_access_log_change();

GRANT SELECT, INSERT, UPDATE ON one_time_link TO postal_app;
GRANT SELECT, INSERT ON access_log TO postal_app;

ALTER TABLE one_time_link ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON one_time_link TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY door ON one_time_link TO postal_app
    USING (postal_service() OR postal_door()) WITH CHECK (postal_service() OR postal_door());
CREATE POLICY above ON one_time_link TO postal_app
    USING (EXISTS (SELECT 1 FROM person p
           WHERE p.id = person_id AND postal_staffs(p.role, p.office_id, p.agency_id)))
    WITH CHECK (EXISTS (SELECT 1 FROM person p
           WHERE p.id = person_id AND postal_staffs(p.role, p.office_id, p.agency_id)));

ALTER TABLE access_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON access_log TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON access_log FOR SELECT TO postal_app
    USING (postal_overlooks() OR postal_role() = 'operator' OR person_id = postal_person()
           OR (postal_role() = 'supervisor' AND office_id = postal_office()));
-- nobody writes in another's name
CREATE POLICY written ON access_log FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_door() OR by_id = postal_person());

-- These two tables are older than row-level security; what the doors and the staff pages do there.
CREATE POLICY staffed_seen ON person FOR SELECT TO postal_app
    USING (id = postal_person() OR postal_door() OR postal_kind() = ''
           OR postal_staffs(role, office_id, agency_id));
CREATE POLICY staffed_added ON person FOR INSERT TO postal_app
    WITH CHECK (postal_staffs(role, office_id, agency_id));
CREATE POLICY staffed_changed ON person FOR UPDATE TO postal_app
    USING (id = postal_person() OR postal_door() OR postal_staffs(role, office_id, agency_id))
    WITH CHECK (id = postal_person() OR postal_door() OR postal_staffs(role, office_id, agency_id));
CREATE POLICY doors ON session TO postal_app
    USING (postal_kind() = '' OR postal_door() OR postal_service() OR person_id = postal_person())
    WITH CHECK (postal_kind() = '' OR postal_door() OR postal_service()
                OR person_id = postal_person());
CREATE POLICY above ON session TO postal_app USING (EXISTS (
    SELECT 1 FROM person p
     WHERE p.id = person_id AND postal_staffs(p.role, p.office_id, p.agency_id)));
CREATE POLICY doors ON attempt_window TO postal_app
    USING (postal_door() OR postal_service() OR postal_kind() IN ('web', 'phone', 'citizen'))
    WITH CHECK (postal_door() OR postal_service() OR postal_kind() IN ('web', 'phone', 'citizen'));
