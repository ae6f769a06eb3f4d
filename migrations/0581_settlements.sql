-- What an agency was paid, dossier by dossier; and the cash that was brought to the bank for it.

-- Append-only but for the agency's own word and a reversal's. One settlement moves one account: the
-- state's money and what else was collected are never one sum, and postage is in neither.
CREATE TABLE settlement (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- drawn by the page: pressed twice, paid once
    form_id      uuid        NOT NULL UNIQUE,
    agency_id    bigint      NOT NULL REFERENCES agency,
    account_id   bigint      NOT NULL REFERENCES account,
    -- every line posted up to the end of this day
    until        date        NOT NULL,
    amount_vnd   bigint      NOT NULL CHECK (amount_vnd > 0),
    -- the bank's number of the transfer to the agency
    bank_ref     text        NOT NULL UNIQUE CHECK (length(bank_ref) BETWEEN 1 AND 60),
    entry_id     bigint      NOT NULL UNIQUE REFERENCES entry,
    made_at      timestamptz NOT NULL,
    made_by      bigint      NOT NULL REFERENCES person,
    -- the agency says that it has the money
    confirmed_at timestamptz,
    confirmed_by bigint      REFERENCES person,
    CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL))
);
CREATE INDEX settlement_agency ON settlement (agency_id, id);
CREATE INDEX settlement_account ON settlement (account_id);

-- Which postings a settlement paid: a dossier's fee, or its reversal below nothing.
CREATE TABLE settlement_line (
    settlement_id bigint   NOT NULL REFERENCES settlement,
    entry_id      bigint   NOT NULL,
    line          smallint NOT NULL,
    dossier_id    bigint   REFERENCES dossier,
    -- as it is owed: a collected fee above nothing
    amount_vnd    bigint   NOT NULL CHECK (amount_vnd <> 0),
    -- false once its settlement was reversed: it waits for the next
    live          boolean  NOT NULL DEFAULT true,
    PRIMARY KEY (settlement_id, entry_id, line),
    FOREIGN KEY (entry_id, line) REFERENCES posting (entry_id, line)
);
CREATE UNIQUE INDEX settlement_line_once ON settlement_line (entry_id, line) WHERE live;
CREATE INDEX settlement_line_dossier ON settlement_line (dossier_id) WHERE dossier_id IS NOT NULL;

-- Cash of an office's safe, brought to the bank.
CREATE TABLE bank_deposit (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    form_id    uuid        NOT NULL UNIQUE,
    office_id  bigint      NOT NULL REFERENCES office,
    amount_vnd bigint      NOT NULL CHECK (amount_vnd > 0),
    bank_ref   text        NOT NULL UNIQUE CHECK (length(bank_ref) BETWEEN 1 AND 60),
    entry_id   bigint      NOT NULL UNIQUE REFERENCES entry,
    made_at    timestamptz NOT NULL,
    made_by    bigint      NOT NULL REFERENCES person
);
CREATE INDEX bank_deposit_office ON bank_deposit (office_id, id);

-- Whether one of a settlement's dossiers was accepted at the asker's office. As the tables' owner:
-- two policies that ask each other's tables are refused.
CREATE FUNCTION postal_settled_here(which bigint) RETURNS boolean LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        RETURN EXISTS (SELECT 1 FROM settlement_line l JOIN dossier d ON d.id = l.dossier_id
                        WHERE l.settlement_id = which AND d.office_id = postal_office());
    END $$;

-- An agency sees its own, an office what concerns its dossiers, the manager all.
ALTER TABLE settlement ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON settlement TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON settlement FOR SELECT TO postal_app
    USING (postal_overlooks() OR agency_id = postal_agency()
           OR (postal_role() = 'supervisor' AND postal_settled_here(id)));
CREATE POLICY written ON settlement FOR INSERT TO postal_app
    WITH CHECK (postal_service()
                OR (postal_role() = 'manager' AND made_by = postal_person()));
CREATE POLICY changed ON settlement FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'manager' OR agency_id = postal_agency());

ALTER TABLE settlement_line ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON settlement_line TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON settlement_line FOR SELECT TO postal_app
    USING (postal_overlooks() OR (dossier_id IS NOT NULL AND postal_sees(dossier_id))
           OR (postal_agency() IS NOT NULL
               AND EXISTS (SELECT 1 FROM settlement s WHERE s.id = settlement_line.settlement_id)));
CREATE POLICY written ON settlement_line FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'manager');
CREATE POLICY changed ON settlement_line FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'manager');

ALTER TABLE bank_deposit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON bank_deposit TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON bank_deposit FOR SELECT TO postal_app
    USING (postal_overlooks() OR (postal_keeper() = 'office' AND office_id = postal_office()));
CREATE POLICY written ON bank_deposit FOR INSERT TO postal_app
    WITH CHECK (postal_service()
                OR (postal_role() = 'supervisor' AND office_id = postal_office()
                    AND made_by = postal_person()));

GRANT SELECT, INSERT, UPDATE (confirmed_at, confirmed_by) ON settlement TO postal_app;
GRANT SELECT, INSERT, UPDATE (live) ON settlement_line TO postal_app;
GRANT SELECT, INSERT ON bank_deposit TO postal_app;
