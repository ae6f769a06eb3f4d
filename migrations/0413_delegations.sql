-- Counters that receive on an agency's behalf (QĐ 468/QĐ-TTg): there the clock starts at the counter.

CREATE TABLE delegation (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    office_id  bigint NOT NULL REFERENCES office,
    agency_id  bigint NOT NULL REFERENCES agency,
    valid_from date   NOT NULL,
    valid_to   date,
    -- the decision it rests on
    ground     text   NOT NULL CHECK (length(ground) BETWEEN 1 AND 200),
    demo       boolean NOT NULL,
    CHECK (valid_to > valid_from),
    UNIQUE (office_id, agency_id, valid_from)
);

-- carrier: the post brings the papers, the agency receives; delegate: the counter received for it
ALTER TABLE dossier
    ADD COLUMN acceptance_mode text NOT NULL DEFAULT 'carrier'
        CHECK (acceptance_mode IN ('carrier', 'delegate'));

GRANT SELECT, INSERT, UPDATE ON delegation TO postal_app;
ALTER TABLE delegation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON delegation TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON delegation FOR SELECT TO postal_app USING (true);
CREATE POLICY written ON delegation FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'manager');
CREATE POLICY changed ON delegation FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'manager')
    WITH CHECK (postal_service() OR postal_role() = 'manager');
