-- Row-level security of the citizens: seen with a dossier that names them, never by the manager.

ALTER TABLE party ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON party TO CURRENT_USER USING (true) WITH CHECK (true);
-- whoever typed them sees them before there is a dossier; a manager sees dossiers, and no party
CREATE POLICY seen ON party FOR SELECT TO postal_app USING (
    postal_reads_all() OR written_by = postal_person()
    OR (postal_role() <> 'manager' AND (
        EXISTS (SELECT 1 FROM dossier d WHERE d.applicant_id = party.id)
        OR EXISTS (SELECT 1 FROM dossier d WHERE d.receiver_id = party.id))));
CREATE POLICY written ON party FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_keeper() IN ('office', 'agency'));
CREATE POLICY changed ON party FOR UPDATE TO postal_app USING (
    postal_service() OR (postal_keeper() = 'office' AND (
        EXISTS (SELECT 1 FROM dossier d WHERE d.applicant_id = party.id)
        OR EXISTS (SELECT 1 FROM dossier d WHERE d.receiver_id = party.id))));

ALTER TABLE sms_choice ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON sms_choice TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON sms_choice FOR SELECT TO postal_app USING (
    postal_reads_all() OR EXISTS (SELECT 1 FROM party p WHERE p.id = sms_choice.party_id));
CREATE POLICY said ON sms_choice FOR INSERT TO postal_app WITH CHECK (
    postal_service() OR EXISTS (SELECT 1 FROM party p WHERE p.id = sms_choice.party_id));
