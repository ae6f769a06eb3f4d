-- What a bounce does to what was paid: a dated rule of the post's, and what is to be given back.

-- What happens to a charge when papers come back. No row: it is kept. The sources do not say it:
-- every row is the demonstration's, until the province decides.
CREATE TABLE bounce_fee_rule (
    bounce      text    NOT NULL CHECK (bounce IN ('supplement', 'refusal', 'decline')),
    fault       text    NOT NULL CHECK (fault IN ('post', 'citizen', 'agency')),
    charge_kind text    NOT NULL CHECK (charge_kind IN (
        'state_fee', 'state_charge', 'postage_out', 'postage_back', 'collection', 'cod')),
    outcome     text    NOT NULL CHECK (outcome IN ('keep', 'refund', 'free_next_leg')),
    valid_from  date    NOT NULL,
    valid_to    date,
    demo        boolean NOT NULL,
    source      text    NOT NULL,
    PRIMARY KEY (bounce, fault, charge_kind, valid_from),
    CHECK (valid_from < valid_to)
);

-- Money to be given back; the till pays it out, with a receipt number of its own.
CREATE TABLE refund_due (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bounce_id  bigint      NOT NULL REFERENCES bounce,
    -- a charge is given back once
    charge_id  bigint      NOT NULL UNIQUE REFERENCES charge,
    dossier_id bigint      NOT NULL REFERENCES dossier,
    -- where it was paid
    office_id  bigint      NOT NULL REFERENCES office,
    -- whose money it is: the post gives the state's back on the agency's word alone. NULL: the post's
    agency_id  bigint      REFERENCES agency,
    amount_vnd bigint      NOT NULL CHECK (amount_vnd > 0),
    opened_at  timestamptz NOT NULL,
    said       text        CHECK (said IN ('refund', 'keep')),
    said_by    bigint      REFERENCES person,
    said_at    timestamptz,
    -- a supervisor ruled otherwise: it is due no longer
    dropped_at timestamptz,
    entry_id   bigint      UNIQUE REFERENCES entry,
    CHECK ((said IS NULL) = (said_at IS NULL)),
    CHECK ((said IS NULL) = (said_by IS NULL)),
    CHECK (said IS NULL OR agency_id IS NOT NULL),
    CHECK (entry_id IS NULL OR agency_id IS NULL OR said = 'refund'),
    CHECK (entry_id IS NULL OR dropped_at IS NULL)
);
CREATE INDEX refund_due_office ON refund_due (office_id, opened_at);
CREATE INDEX refund_due_agency ON refund_due (agency_id, opened_at) WHERE agency_id IS NOT NULL;
CREATE INDEX refund_due_bounce ON refund_due (bounce_id);
CREATE INDEX refund_due_dossier ON refund_due (dossier_id);

-- Whether what a request asks for travels free on a day. A counter that takes it may have no stake in
-- the dossier yet; whoever knows the request's id has read its list already.
CREATE FUNCTION postal_way_free(request uuid, day date) RETURNS boolean LANGUAGE plpgsql
    STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        RETURN EXISTS (
            SELECT 1
              FROM event e
              JOIN bounce_now b ON b.event_id = e.id
              JOIN bounce_fee_rule r ON r.bounce = b.kind AND r.fault = b.fault
             WHERE e.scan_id = request AND r.charge_kind = 'postage_out'
               AND r.outcome = 'free_next_leg'
               AND r.valid_from = (SELECT max(n.valid_from) FROM bounce_fee_rule n
                                    WHERE (n.bounce, n.fault, n.charge_kind)
                                          = (r.bounce, r.fault, r.charge_kind)
                                      AND n.valid_from <= day)
               AND (r.valid_to IS NULL OR r.valid_to > day));
    END $$;

GRANT SELECT, INSERT, UPDATE ON bounce_fee_rule TO postal_app;
GRANT SELECT, INSERT ON refund_due TO postal_app;
GRANT UPDATE (bounce_id, said, said_by, said_at, dropped_at, entry_id) ON refund_due TO postal_app;

ALTER TABLE bounce_fee_rule ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON bounce_fee_rule TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY public ON bounce_fee_rule FOR SELECT TO postal_app USING (true);
CREATE POLICY administered ON bounce_fee_rule TO postal_app
    USING (postal_service() OR postal_role() = 'manager')
    WITH CHECK (postal_service() OR postal_role() = 'manager');

ALTER TABLE refund_due ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON refund_due TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON refund_due FOR SELECT TO postal_app
    USING (postal_overlooks() OR (postal_keeper() = 'office' AND office_id = postal_keeper_id())
           OR agency_id = postal_agency() OR postal_sees(dossier_id));
CREATE POLICY written ON refund_due FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'manager' OR postal_sees(dossier_id));
CREATE POLICY moved ON refund_due FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'manager'
           OR (postal_keeper() = 'office' AND office_id = postal_keeper_id())
           OR agency_id = postal_agency() OR postal_sees(dossier_id));
