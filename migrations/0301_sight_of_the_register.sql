-- Row-level security of the register: each sees the dossiers that are or were her business.

-- A policy answers from the columns of its own row first. What it must look up it asks a function
-- that runs as the owner: policies that ask tables under policies made every statement carry a
-- hundred and fifty sub-plans, and the planner a tenth of a second; and two tables that ask each
-- other are refused.

-- The register is small wherever this runs, and its extras are few.
-- squawk-ignore-file require-concurrent-index-creation

-- Whether the asker held one of its papers, was offered one, or answers for one.
CREATE FUNCTION postal_staked(dossier bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        RETURN EXISTS (SELECT 1 FROM stake s
                        WHERE s.dossier_id = dossier AND s.keeper = postal_keeper()
                          AND s.keeper_id = postal_keeper_id());
    END $$;
-- Whether something of it waits for any courier of the office: at an agency's desk, or on the
-- office's own shelf and offered to nobody yet, where a round is planned with it.
CREATE FUNCTION postal_waits(dossier bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        RETURN postal_keeper() = 'courier'
           AND EXISTS (SELECT 1 FROM consignment c
                        WHERE c.dossier_id = dossier AND c.office_id = postal_office()
                          AND (c.stage = 'ready'
                               OR (c.holder_kind = 'office' AND c.holder_id = postal_office()
                                   AND c.offered_kind IS NULL)));
    END $$;
-- Whether the asker sees the dossier; the dossier's own policy says the same of its columns.
CREATE FUNCTION postal_sees(dossier bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        RETURN postal_overlooks() OR postal_staked(dossier) OR postal_waits(dossier)
            OR EXISTS (SELECT 1 FROM dossier d
                        WHERE d.id = dossier
                          AND ((postal_keeper() = 'office' AND d.office_id = postal_keeper_id())
                               OR (postal_keeper() = 'agency' AND d.agency_id = postal_keeper_id())
                               OR (postal_kind() = 'citizen' AND d.tracking_code = postal_name())));
    END $$;
-- Whether the asker gave a list, takes it, or answers for it.
CREATE FUNCTION postal_lists(list bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        RETURN EXISTS (
            SELECT 1 FROM hand_over h
             WHERE h.id = list
               AND ((postal_keeper() = 'office' AND h.office_id = postal_keeper_id())
                    OR (h.giver_kind = postal_keeper() AND h.giver_id = postal_keeper_id())
                    OR (h.taker_kind = postal_keeper() AND h.taker_id = postal_keeper_id())));
    END $$;
-- Whether a paper was found in one of her bags on no line: she learns who answers for it.
CREATE FUNCTION postal_found(number text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        RETURN EXISTS (SELECT 1 FROM hand_over_extra x
                        WHERE x.s10 = number AND postal_lists(x.hand_over_id));
    END $$;
-- Whether a paper is the asker's to act on, as the consignment's policy says of its columns.
CREATE FUNCTION postal_handles(item bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        RETURN EXISTS (
            SELECT 1 FROM consignment c
             WHERE c.id = item
               AND (c.office_id = postal_office() OR c.agency_id = postal_agency()
                    OR (c.holder_kind = postal_keeper() AND c.holder_id = postal_keeper_id())
                    OR (c.offered_kind = postal_keeper() AND c.offered_id = postal_keeper_id())
                    OR postal_staked(c.dossier_id)));
    END $$;
-- The dossier that a citizen's tracking code opens; asked once a statement, from a sub-select.
CREATE FUNCTION postal_citizen_dossier() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ SELECT id FROM dossier
           WHERE current_setting('postal.kind', true) = 'citizen'
             AND tracking_code = current_setting('postal.name', true) $$;

ALTER TABLE consignment ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON consignment TO CURRENT_USER USING (true) WITH CHECK (true);
-- a courier sees what lies at a desk for any courier of his office
CREATE POLICY seen ON consignment FOR SELECT TO postal_app USING (
    office_id = postal_office() OR agency_id = postal_agency()
    OR (holder_kind = postal_keeper() AND holder_id = postal_keeper_id())
    OR (offered_kind = postal_keeper() AND offered_id = postal_keeper_id())
    OR postal_overlooks() OR postal_staked(dossier_id)
    OR dossier_id = (SELECT postal_citizen_dossier())
    OR postal_found(s10));
CREATE INDEX hand_over_extra_s10 ON hand_over_extra (s10);
CREATE POLICY opened ON consignment FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_keeper() IS NOT NULL);
CREATE POLICY moved ON consignment FOR UPDATE TO postal_app
    USING (office_id = postal_office() OR agency_id = postal_agency()
           OR (holder_kind = postal_keeper() AND holder_id = postal_keeper_id())
           OR (offered_kind = postal_keeper() AND offered_id = postal_keeper_id())
           OR postal_service() OR postal_role() = 'manager' OR postal_staked(dossier_id))
    WITH CHECK (true);

ALTER TABLE dossier ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON dossier TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON dossier FOR SELECT TO postal_app USING (
    (postal_keeper() = 'office' AND office_id = postal_keeper_id())
    OR (postal_keeper() = 'agency' AND agency_id = postal_keeper_id())
    OR postal_overlooks() OR (postal_kind() = 'citizen' AND tracking_code = postal_name())
    OR postal_staked(id) OR postal_waits(id));
CREATE POLICY opened ON dossier FOR INSERT TO postal_app WITH CHECK (
    postal_service()
    OR (postal_keeper() = 'office' AND office_id = postal_keeper_id())
    OR (postal_keeper() = 'agency' AND agency_id = postal_keeper_id()));
CREATE POLICY moved ON dossier FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'manager'
           OR (postal_keeper() = 'office' AND office_id = postal_keeper_id())
           OR (postal_keeper() = 'agency' AND agency_id = postal_keeper_id())
           OR postal_staked(id) OR postal_waits(id))
    WITH CHECK (true);

-- Nobody writes a line in another's name, but where two people act on one paper: whoever agreed,
-- and the supervisor who lets in what a lost phone had kept.
ALTER TABLE event ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON event TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON event FOR SELECT TO postal_app USING (
    person_id = postal_person() OR postal_overlooks() OR postal_sees(dossier_id));
CREATE POLICY written ON event FOR INSERT TO postal_app WITH CHECK (
    person_id = postal_person() OR approver_id = postal_person() OR postal_service()
    OR postal_role() IN ('supervisor', 'manager'));

-- What is owed is written by whoever acts, and taken by the worker alone.
ALTER TABLE news ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON news TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY owed ON news FOR INSERT TO postal_app WITH CHECK (true);
CREATE POLICY seen ON news FOR SELECT TO postal_app USING (postal_reads_all());
CREATE POLICY taken ON news FOR UPDATE TO postal_app USING (postal_service());
CREATE POLICY done ON news FOR DELETE TO postal_app USING (postal_service());

-- Tables that hang on a dossier, and are seen with it.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['intake', 'intake_document', 'receipt_print', 'receipt_issue',
                             'closure_notice'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY seen ON %1$I FOR SELECT TO postal_app USING (postal_overlooks()'
            ' OR postal_sees(dossier_id))', t);
        EXECUTE format('CREATE POLICY written ON %1$I FOR INSERT TO postal_app WITH CHECK ('
            'postal_service() OR (postal_keeper() IS NOT NULL AND postal_sees(dossier_id)))', t);
        EXECUTE format('CREATE POLICY changed ON %1$I FOR UPDATE TO postal_app USING ('
            'postal_service() OR (postal_keeper() IS NOT NULL AND postal_sees(dossier_id)))', t);
    END LOOP;
END $$;

-- Tables that hang on a line of the register.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['delivery_proof', 'ruling_note'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY seen ON %1$I FOR SELECT TO postal_app USING (postal_reads_all()'
            ' OR EXISTS (SELECT 1 FROM event e WHERE e.scan_id = %1$I.scan_id))', t);
        EXECUTE format('CREATE POLICY written ON %1$I FOR INSERT TO postal_app WITH CHECK ('
            'postal_service() OR EXISTS (SELECT 1 FROM event e WHERE e.scan_id = %1$I.scan_id))', t);
        EXECUTE format('CREATE POLICY changed ON %1$I FOR UPDATE TO postal_app USING ('
            'postal_service() OR EXISTS (SELECT 1 FROM event e WHERE e.scan_id = %1$I.scan_id))', t);
    END LOOP;
END $$;

-- Messages: those of her dossiers; the operator sees that they went, their words masked by the page.
ALTER TABLE sms ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON sms TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON sms FOR SELECT TO postal_app USING (
    postal_reads_all() OR postal_role() = 'operator'
    OR postal_sees(dossier_id));
CREATE POLICY drafted ON sms FOR INSERT TO postal_app WITH CHECK (postal_service());
CREATE POLICY sent_again ON sms FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'operator');
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['sms_attempt', 'sms_replay'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY seen ON %1$I FOR SELECT TO postal_app USING (postal_reads_all()'
            ' OR postal_role() = ''operator'''
            ' OR EXISTS (SELECT 1 FROM sms m WHERE m.id = %1$I.sms_id))', t);
        EXECUTE format('CREATE POLICY changed ON %I FOR ALL TO postal_app'
            ' USING (postal_service() OR postal_role() = ''operator'')'
            ' WITH CHECK (postal_service() OR postal_role() = ''operator'')', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['sms_receipt', 'sms_network', 'sms_stop'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY kept ON %I TO postal_app'
            ' USING (postal_reads_all() OR postal_role() = ''operator'')'
            ' WITH CHECK (postal_service() OR postal_role() = ''operator'')', t);
    END LOOP;
END $$;
-- a network's report comes in before anybody knows what it is about
CREATE POLICY reported ON sms_receipt FOR INSERT TO postal_app WITH CHECK (postal_kind() = 'network');
CREATE POLICY repeated ON sms_receipt FOR SELECT TO postal_app USING (postal_kind() = 'network');
