-- The agency's register: each dossier it receives gets the next number of the year, once.

CREATE TABLE agency_line (
    agency_id  bigint   NOT NULL REFERENCES agency,
    year       smallint NOT NULL,
    number     integer  NOT NULL CHECK (number > 0),
    dossier_id bigint   NOT NULL REFERENCES dossier,
    -- the day it was received on, in Vietnam: the page of the book
    day        date     NOT NULL,
    PRIMARY KEY (agency_id, year, number),
    UNIQUE (agency_id, dossier_id)
);
CREATE INDEX agency_line_day ON agency_line (agency_id, day);
CREATE INDEX agency_line_dossier ON agency_line (dossier_id);

-- added, never changed: an entered line stays what it is
GRANT SELECT, INSERT ON agency_line TO postal_app;
ALTER TABLE agency_line ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON agency_line TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON agency_line FOR SELECT TO postal_app
    USING (postal_overlooks() OR agency_id = postal_agency());
CREATE POLICY written ON agency_line FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR agency_id = postal_agency());
