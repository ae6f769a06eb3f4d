-- Who looked at what citizens told of themselves, whose, when and why: added to, never changed.

-- The tables are young and small, and the register is empty wherever this runs.
-- squawk-ignore-file require-concurrent-index-creation
CREATE TABLE read_log (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL,
    person_id    bigint      NOT NULL REFERENCES person,
    -- where she worked then
    office_id    bigint      REFERENCES office,
    agency_id    bigint      REFERENCES agency,
    -- shown: masked fields were opened. searched: somebody was looked for without a receipt
    deed         text        NOT NULL CHECK (deed IN ('shown', 'searched')),
    dossier_id   bigint      REFERENCES dossier,
    -- whose; none where a search found nobody
    party_id     bigint      REFERENCES party,
    -- the office the dossier began at: its supervisor sees who looked from elsewhere
    about_office bigint      REFERENCES office,
    fields       text[]      NOT NULL CHECK (
        cardinality(fields) > 0
        AND fields <@ ARRAY['phone', 'citizen_id', 'address', 'note', 'full_name']),
    reason       text        NOT NULL CHECK (reason IN (
        'call', 'deliver', 'identity', 'correct', 'complaint', 'agency_work', 'no_receipt')),
    CHECK ((deed = 'shown') <= (dossier_id IS NOT NULL AND party_id IS NOT NULL))
);
CREATE INDEX read_log_office ON read_log (office_id, id DESC);
CREATE INDEX read_log_about ON read_log (about_office, id DESC);
CREATE INDEX read_log_person ON read_log (person_id, at DESC);

CREATE FUNCTION read_log_stands() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN
        RAISE EXCEPTION 'the read log is only added to' USING ERRCODE = 'insufficient_privilege';
    END $$;
CREATE TRIGGER read_log_stands BEFORE UPDATE OR DELETE ON read_log
    FOR EACH ROW EXECUTE FUNCTION read_log_stands();
CREATE TRIGGER read_log_is_not_emptied BEFORE TRUNCATE ON read_log
    FOR EACH STATEMENT EXECUTE FUNCTION read_log_stands();

ALTER TABLE read_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON read_log TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON read_log FOR SELECT TO postal_app
    USING (postal_overlooks() OR person_id = postal_person()
           OR (postal_role() = 'supervisor' AND postal_office() IN (office_id, about_office)));
CREATE POLICY written ON read_log FOR INSERT TO postal_app
    WITH CHECK (person_id = postal_person() OR postal_service());
GRANT SELECT, INSERT ON read_log TO postal_app;

-- How many citizens one person may look at within an hour before somebody asks why; dated.
CREATE TABLE read_limit (
    valid_from date    PRIMARY KEY,
    an_hour    integer NOT NULL CHECK (an_hour BETWEEN 1 AND 10000),
    -- chosen for the demonstration: the province decides its own
    demo       boolean NOT NULL
);
INSERT INTO read_limit (valid_from, an_hour, demo) VALUES ('2018-01-01', 20, true);
ALTER TABLE read_limit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON read_limit TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON read_limit FOR SELECT TO postal_app USING (true);
GRANT SELECT ON read_limit TO postal_app;

INSERT INTO escalation (rule, step, after_hours, receiver, valid_from, demo) VALUES
    ('snooping', 1, 0, 'supervisor', '2018-01-01', true),
    ('snooping', 2, 2, 'manager', '2018-01-01', true);

-- A citizen without her receipt is found by name, as it is typed.
CREATE INDEX party_name ON party USING gin (vn_fold(full_name) gin_trgm_ops);
