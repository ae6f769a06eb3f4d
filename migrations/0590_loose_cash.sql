-- Cash a courier took at a door whose delivery was refused when it was heard: a fact all the same.

CREATE TABLE loose_cash (
    -- the scan that told of it, which the register has no line of
    scan_id    uuid        PRIMARY KEY,
    entry_id   bigint      NOT NULL UNIQUE REFERENCES entry,
    s10        text        NOT NULL,
    dossier_id bigint      REFERENCES dossier,
    office_id  bigint      NOT NULL REFERENCES office,
    courier_id bigint      NOT NULL REFERENCES person,
    amount_vnd bigint      NOT NULL CHECK (amount_vnd > 0),
    at         timestamptz NOT NULL,
    -- the refusal's own words
    why        text        NOT NULL,
    -- the entry that ended it: it paid the dossier's charges, or went back to the citizen
    ended_by   bigint      REFERENCES entry
);
CREATE INDEX loose_cash_open ON loose_cash (office_id, at) WHERE ended_by IS NULL;
CREATE INDEX loose_cash_dossier ON loose_cash (dossier_id) WHERE dossier_id IS NOT NULL;
CREATE INDEX loose_cash_courier ON loose_cash (courier_id);

ALTER TABLE loose_cash ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON loose_cash TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON loose_cash FOR SELECT TO postal_app
    USING (postal_overlooks() OR courier_id = postal_person()
           OR (postal_keeper() = 'office' AND office_id = postal_office()));
CREATE POLICY told ON loose_cash FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR courier_id = postal_person());
CREATE POLICY ended ON loose_cash FOR UPDATE TO postal_app
    USING (postal_service() OR courier_id = postal_person()
           OR (postal_role() = 'supervisor' AND office_id = postal_office()));
GRANT SELECT, INSERT, UPDATE (ended_by) ON loose_cash TO postal_app;
