-- Row-level security of the work around the register: lists, rounds, incidents, alarms, drafts.

ALTER TABLE hand_over ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON hand_over TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON hand_over TO postal_app
    USING (postal_overlooks()
           OR (postal_keeper() = 'office' AND office_id = postal_keeper_id())
           OR (giver_kind = postal_keeper() AND giver_id = postal_keeper_id())
           OR (taker_kind = postal_keeper() AND taker_id = postal_keeper_id()))
    WITH CHECK (postal_service() OR postal_keeper() IS NOT NULL);

ALTER TABLE hand_over_line ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON hand_over_line TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON hand_over_line TO postal_app
    USING (postal_overlooks() OR postal_lists(hand_over_id) OR postal_handles(consignment_id))
    WITH CHECK (postal_service() OR postal_keeper() IS NOT NULL);

ALTER TABLE hand_over_extra ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON hand_over_extra TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON hand_over_extra TO postal_app
    USING (postal_overlooks() OR postal_lists(hand_over_id))
    WITH CHECK (postal_service() OR noted_by = postal_person());

ALTER TABLE incident ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON incident TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON incident TO postal_app
    USING (postal_overlooks() OR office_id = postal_office() OR opened_by = postal_person()
           OR EXISTS (SELECT 1 FROM consignment c WHERE c.id = incident.consignment_id)
           OR EXISTS (SELECT 1 FROM hand_over h WHERE h.id = incident.hand_over_id)
           -- an extra's own office learns where its paper was found
           OR EXISTS (SELECT 1 FROM hand_over_extra x JOIN consignment c ON c.s10 = x.s10
                       WHERE x.scan_id = incident.cause))
    WITH CHECK (postal_service() OR postal_keeper() IS NOT NULL OR postal_role() = 'manager');

ALTER TABLE refused_act ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON refused_act TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON refused_act FOR SELECT TO postal_app
    USING (postal_overlooks() OR person_id = postal_person()
           OR EXISTS (SELECT 1 FROM consignment c WHERE c.s10 = refused_act.s10));
CREATE POLICY noted ON refused_act FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR person_id = postal_person()
                OR postal_role() IN ('supervisor', 'manager'));

-- A picture is seen by whoever sees the line of the register that names it.
ALTER TABLE proof_attachment ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON proof_attachment TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON proof_attachment TO postal_app
    USING (postal_reads_all() OR added_by = postal_person()
           OR EXISTS (SELECT 1 FROM event e WHERE e.scan_id = proof_attachment.scan_id))
    WITH CHECK (postal_service() OR added_by = postal_person());
ALTER TABLE proof_file ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON proof_file TO CURRENT_USER USING (true) WITH CHECK (true);
-- whoever keeps it sees it before its line on the list of pictures stands
ALTER TABLE proof_file ADD COLUMN kept_by bigint;
ALTER TABLE proof_file ALTER COLUMN kept_by SET DEFAULT postal_person();
CREATE POLICY seen ON proof_file FOR SELECT TO postal_app
    USING (postal_reads_all() OR kept_by = postal_person()
           OR EXISTS (SELECT 1 FROM proof_attachment a WHERE a.sha256 = proof_file.sha256));
CREATE POLICY kept ON proof_file FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_keeper() IS NOT NULL);

ALTER TABLE code_try ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON code_try TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON code_try TO postal_app
    USING (postal_reads_all()
           OR EXISTS (SELECT 1 FROM consignment c WHERE c.id = code_try.consignment_id))
    WITH CHECK (postal_service() OR postal_keeper() IS NOT NULL);

ALTER TABLE approval ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON approval TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON approval TO postal_app
    USING (postal_overlooks() OR office_id = postal_office() OR agency_id = postal_agency()
           OR asked_by = postal_person())
    WITH CHECK (postal_service() OR office_id = postal_office() OR agency_id = postal_agency()
                OR postal_role() = 'manager');

ALTER TABLE task ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON task TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON task TO postal_app
    USING (postal_overlooks() OR office_id = postal_office() OR postal_role() = 'operator')
    WITH CHECK (postal_service() OR office_id = postal_office());

-- A form laid aside is its clerk's own.
ALTER TABLE draft ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON draft TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY own ON draft TO postal_app
    USING (postal_service() OR person_id = postal_person())
    WITH CHECK (postal_service() OR (person_id = postal_person() AND office_id = postal_office()));

ALTER TABLE alarm ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON alarm TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON alarm TO postal_app
    USING (postal_overlooks() OR office_id = postal_office())
    WITH CHECK (postal_service() OR office_id = postal_office() OR postal_role() = 'manager');
ALTER TABLE alarm_event ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON alarm_event TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON alarm_event TO postal_app
    USING (postal_overlooks() OR EXISTS (SELECT 1 FROM alarm a WHERE a.id = alarm_event.alarm_id))
    WITH CHECK (postal_service() OR person_id = postal_person());

-- Rounds name a courier and stops, never a citizen; the citizen's page asks when his paper comes.
ALTER TABLE round ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON round TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON round TO postal_app
    USING (postal_overlooks() OR office_id = postal_office() OR postal_kind() = 'citizen')
    WITH CHECK (postal_service() OR office_id = postal_office());
ALTER TABLE stop ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON stop TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON stop TO postal_app
    USING (postal_overlooks()
           OR EXISTS (SELECT 1 FROM round r
                       WHERE r.id = stop.round_id AND r.office_id = postal_office())
           OR EXISTS (SELECT 1 FROM consignment c WHERE c.s10 = stop.reference))
    WITH CHECK (postal_service() OR EXISTS (
        SELECT 1 FROM round r WHERE r.id = stop.round_id AND r.office_id = postal_office()));

-- An office's own planning.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['roster', 'radar_look', 'lost_phone', 'quarantined_scan'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY seen ON %I TO postal_app'
            ' USING (postal_overlooks() OR office_id = postal_office())'
            ' WITH CHECK (postal_service() OR office_id = postal_office()'
            ' OR postal_role() = ''manager'')', t);
    END LOOP;
END $$;

-- What is closed is told to everybody, also to the citizen; an office declares its own.
ALTER TABLE closure ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON closure TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON closure FOR SELECT TO postal_app USING (true);
CREATE POLICY declared ON closure FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR office_id = postal_office() OR postal_role() = 'manager');
CREATE POLICY lifted ON closure FOR UPDATE TO postal_app
    USING (postal_service() OR office_id = postal_office() OR postal_role() = 'manager');

-- Numbers are drawn by whoever works; they belong to nobody until they are given.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['daily_serial', 's10_block'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY drawn ON %I TO postal_app'
            ' USING (postal_reads_all() OR postal_keeper() IS NOT NULL OR postal_role() = ''manager'')'
            ' WITH CHECK (postal_service() OR postal_keeper() IS NOT NULL)', t);
    END LOOP;
END $$;

-- What is public: places, offices, agencies, procedures, prices, hours, wordings. The manager
-- administers it; the operator the wordings and what networks say of them.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['unit', 'office', 'agency', 'procedure', 'procedure_document', 'tariff',
                             'reason', 'calendar_session', 'calendar_day', 'escalation',
                             'sms_template', 'sms_approval'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY public ON %I FOR SELECT TO postal_app USING (true)', t);
        EXECUTE format('CREATE POLICY administered ON %I TO postal_app'
            ' USING (postal_service() OR postal_role() = %L)'
            ' WITH CHECK (postal_service() OR postal_role() = %L)',
            t, CASE WHEN t LIKE 'sms%' THEN 'operator' ELSE 'manager' END,
            CASE WHEN t LIKE 'sms%' THEN 'operator' ELSE 'manager' END);
    END LOOP;
END $$;
