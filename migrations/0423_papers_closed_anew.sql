-- A kept paper may be closed with a new key; its hash, and so what it says, stays.

GRANT UPDATE (content_sealed) ON paper_file TO postal_app;
CREATE POLICY closed_anew ON paper_file FOR UPDATE TO postal_app
    USING (postal_service()) WITH CHECK (postal_service());
