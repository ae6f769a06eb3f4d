-- Accounts are written by whoever looks after them, as `postal_staffs` says, and by nobody else.

ALTER POLICY added ON person WITH CHECK (
    postal_service() OR postal_staffs(role, office_id, agency_id));
-- both as she was and as she will be: a supervisor makes no manager of her clerk
ALTER POLICY changed ON person USING (
    postal_service() OR id = postal_person() OR postal_at_the_door()
    OR postal_staffs(role, office_id, agency_id));
ALTER POLICY own ON session
    USING (postal_reads_all() OR person_id = postal_person() OR postal_at_the_door()
           OR EXISTS (SELECT 1 FROM person p
                       WHERE p.id = session.person_id
                         AND postal_staffs(p.role, p.office_id, p.agency_id)))
    WITH CHECK (postal_service() OR person_id = postal_person() OR postal_at_the_door()
                OR EXISTS (SELECT 1 FROM person p
                            WHERE p.id = session.person_id
                              AND postal_staffs(p.role, p.office_id, p.agency_id)));
