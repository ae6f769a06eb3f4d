-- Who hands papers in for somebody else, and the paper that lets her.

CREATE TABLE representative (
    dossier_id   bigint      PRIMARY KEY REFERENCES dossier,
    -- a citizen like the applicant: closed, masked, erased and answered for as one
    party_id     bigint      NOT NULL UNIQUE REFERENCES party,
    -- number and day of her authorisation, as written on it
    paper_sealed bytea       NOT NULL CHECK (length(paper_sealed) BETWEEN 33 AND 4096),
    created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION paper(representative) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT ROW('representative.paper', $1.dossier_id::text, $1.paper_sealed)::public.sealed $$;

ALTER TABLE representative ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON representative TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON representative FOR SELECT TO postal_app
    USING (postal_reads_all() OR postal_sees(dossier_id));
CREATE POLICY written ON representative FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR (postal_keeper() = 'office' AND postal_sees(dossier_id)));
-- her paper goes when she is erased
CREATE POLICY swept ON representative FOR UPDATE TO postal_app USING (postal_service());
GRANT SELECT, INSERT ON representative TO postal_app;
GRANT UPDATE (paper_sealed) ON representative TO postal_app;

ALTER POLICY seen ON party USING (
    postal_reads_all() OR written_by = postal_person()
    OR (postal_role() <> 'manager' AND (
        EXISTS (SELECT 1 FROM dossier d WHERE d.applicant_id = party.id)
        OR EXISTS (SELECT 1 FROM dossier d WHERE d.receiver_id = party.id)
        OR EXISTS (SELECT 1 FROM representative r WHERE r.party_id = party.id))));
ALTER POLICY changed ON party USING (
    postal_service() OR (postal_keeper() = 'office' AND (
        EXISTS (SELECT 1 FROM dossier d WHERE d.applicant_id = party.id)
        OR EXISTS (SELECT 1 FROM dossier d WHERE d.receiver_id = party.id)
        OR EXISTS (SELECT 1 FROM representative r WHERE r.party_id = party.id))));
