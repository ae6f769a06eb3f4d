-- Row-level security of money: every person sees every line about her, and a place its own books.

-- An account is a name; amounts stand in postings.
ALTER TABLE account ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON account TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON account FOR SELECT TO postal_app
    USING (postal_overlooks() OR postal_keeper() IS NOT NULL OR postal_kind() = 'citizen');
CREATE POLICY written ON account FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'manager' OR postal_keeper() IS NOT NULL);

ALTER TABLE receipt_day ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON receipt_day TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON receipt_day TO postal_app
    USING (postal_overlooks() OR office_id = postal_office())
    WITH CHECK (postal_service() OR postal_role() = 'manager' OR office_id = postal_office());

ALTER TABLE entry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON entry TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON entry FOR SELECT TO postal_app
    USING (postal_overlooks() OR person_id = postal_person() OR other_id = postal_person()
           OR (postal_keeper() = 'office' AND office_id = postal_office())
           OR agency_id = postal_agency()
           OR (dossier_id IS NOT NULL AND postal_sees(dossier_id)));
-- in one's own name, or as the job that matches what the bank reports
CREATE POLICY written ON entry FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR person_id = postal_person());

ALTER TABLE posting ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON posting TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON posting FOR SELECT TO postal_app
    USING (postal_overlooks() OR EXISTS (SELECT 1 FROM entry e WHERE e.id = posting.entry_id));
CREATE POLICY written ON posting FOR INSERT TO postal_app
    WITH CHECK (postal_service()
                OR EXISTS (SELECT 1 FROM entry e
                            WHERE e.id = posting.entry_id AND e.person_id = postal_person()));

ALTER TABLE charge ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON charge TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON charge FOR SELECT TO postal_app
    USING (postal_overlooks() OR postal_sees(dossier_id));
CREATE POLICY written ON charge FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR (postal_keeper() IS NOT NULL AND postal_sees(dossier_id)));
CREATE POLICY changed ON charge FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'manager'
           OR (postal_keeper() IS NOT NULL AND postal_sees(dossier_id)));
