-- Papers printed before the power fails: numbers set aside, and what became of each sheet.

-- Numbers that are somebody's already: drawn like any other, so nobody draws them again.
CREATE TABLE reserved_number (
    ref           text   PRIMARY KEY CHECK (ref ~ '^LD-\d{6}-\d{5}$'),
    s10           text   NOT NULL UNIQUE CHECK (s10 ~ '^[A-Z]{2}\d{9}VN$'),
    tracking_code text   NOT NULL UNIQUE CHECK (tracking_code ~ '^[0-9BCFGHJKLMNPQRSTVXZ]{14}$'),
    office_id     bigint NOT NULL REFERENCES office
);
CREATE INDEX reserved_number_office ON reserved_number (office_id);

CREATE TABLE outage_pack (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- drawn by the page: the second press finds the first's pack
    form_id   uuid        NOT NULL UNIQUE,
    office_id bigint      NOT NULL REFERENCES office,
    day       date        NOT NULL,
    made_at   timestamptz NOT NULL,
    made_by   bigint      NOT NULL REFERENCES person,
    -- one a day: two piles of blanks on one desk get mixed up
    UNIQUE (office_id, day)
);

-- A sheet is accounted for when a dossier bears its number, or when somebody struck it.
CREATE TABLE outage_sheet (
    pack_id   bigint      NOT NULL REFERENCES outage_pack,
    ordinal   smallint    NOT NULL CHECK (ordinal BETWEEN 1 AND 100),
    ref       text        NOT NULL UNIQUE REFERENCES reserved_number,
    void_why  text        CHECK (void_why IN ('spoilt', 'unused', 'lost', 'misprinted')),
    voided_at timestamptz,
    voided_by bigint      REFERENCES person,
    CHECK ((void_why IS NULL) = (voided_at IS NULL)),
    CHECK ((void_why IS NULL) = (voided_by IS NULL)),
    PRIMARY KEY (pack_id, ordinal)
);

-- An envelope may travel before its sheet is entered. Whoever scans it is told which office has
-- the sheet, and nothing else: this looks for him where he may not look himself.
CREATE FUNCTION unentered_at(number text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    AS $$ SELECT r.office_id
            FROM reserved_number r
           WHERE number IN (r.s10, r.ref, r.tracking_code)
             AND NOT EXISTS (SELECT FROM dossier d WHERE d.ref = r.ref)
             AND NOT EXISTS (SELECT FROM outage_sheet s
                              WHERE s.ref = r.ref AND s.void_why IS NOT NULL)
           LIMIT 1 $$;
-- Whose pack a sheet is from, so that a colleague can be sent to the right office.
CREATE FUNCTION office_of_pack(pack bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    AS $$ SELECT office_id FROM outage_pack WHERE id = pack $$;

-- What is out for too long is heard of like any other silence.
INSERT INTO escalation (rule, step, after_hours, receiver, valid_from, demo) VALUES
    ('sheet_unentered', 1, 2, 'clerk', '2018-01-01', true),
    ('sheet_unentered', 2, 8, 'supervisor', '2018-01-01', true),
    ('sheet_unentered', 3, 16, 'manager', '2018-01-01', true);

ALTER TABLE reserved_number ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE outage_pack ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE outage_sheet ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON reserved_number TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY owner ON outage_pack TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY owner ON outage_sheet TO CURRENT_USER USING (true) WITH CHECK (true);

CREATE POLICY seen ON reserved_number FOR SELECT TO postal_app
    USING (postal_reads_all() OR (postal_keeper() = 'office' AND office_id = postal_office()));
CREATE POLICY written ON reserved_number FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR (postal_keeper() = 'office' AND office_id = postal_office()));
CREATE POLICY seen ON outage_pack FOR SELECT TO postal_app
    USING (postal_overlooks() OR (postal_keeper() = 'office' AND office_id = postal_office()));
CREATE POLICY written ON outage_pack FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR (postal_keeper() = 'office' AND office_id = postal_office()));
CREATE POLICY seen ON outage_sheet FOR SELECT TO postal_app
    USING (EXISTS (SELECT FROM outage_pack p WHERE p.id = pack_id));
CREATE POLICY written ON outage_sheet FOR INSERT TO postal_app
    WITH CHECK (EXISTS (SELECT FROM outage_pack p WHERE p.id = pack_id));
CREATE POLICY struck ON outage_sheet FOR UPDATE TO postal_app
    USING (EXISTS (SELECT FROM outage_pack p WHERE p.id = pack_id AND p.office_id = postal_office())
           OR postal_service());

GRANT SELECT, INSERT ON reserved_number, outage_pack TO postal_app;
GRANT SELECT, INSERT ON outage_sheet TO postal_app;
GRANT UPDATE (void_why, voided_at, voided_by) ON outage_sheet TO postal_app;
