-- What a citizen changes on the way: phone, address, how the result comes, where refused papers go.

-- The columns have constant defaults, the read log is young, and a wider check refuses nothing.
-- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid, require-concurrent-index-creation

-- Where papers go that an agency refuses or stops: to her door, or to the counter where she fetches
-- them. A cache of the newest line that says so, as return_way is.
ALTER TABLE dossier
    ADD COLUMN papers_back text NOT NULL DEFAULT 'office' CHECK (papers_back IN ('home', 'office'));

ALTER TABLE read_log
    DROP CONSTRAINT read_log_deed_check,
    ADD CONSTRAINT read_log_deed_check CHECK (deed IN ('shown', 'searched', 'changed'));

-- Who asked for a change, how she was known, and what stood there before: whoever sends a land
-- certificate to another door can be found. The register says only that it was changed.
CREATE TABLE dossier_change (
    scan_id            uuid   PRIMARY KEY REFERENCES event (scan_id),
    dossier_id         bigint NOT NULL REFERENCES dossier,
    asked_by           text   NOT NULL CHECK (asked_by IN ('applicant', 'receiver', 'authorised')),
    -- her identity paper, a paper of authorisation, a call to the number on record, her own page
    known_by           text   NOT NULL CHECK (known_by IN (
        'id_paper', 'authorisation', 'call_back', 'page')),
    -- the last digits of the identity paper, or the number of the authorisation
    proof_sealed       bytea  CHECK (length(proof_sealed) BETWEEN 33 AND 4096),
    -- whose phone and address
    party_id           bigint REFERENCES party,
    phone_was_sealed   bytea  CHECK (length(phone_was_sealed) BETWEEN 33 AND 4096),
    address_was_sealed bytea  CHECK (length(address_was_sealed) BETWEEN 33 AND 4096)
);
CREATE INDEX dossier_change_dossier ON dossier_change (dossier_id);
CREATE INDEX dossier_change_party ON dossier_change (party_id) WHERE party_id IS NOT NULL;
CREATE FUNCTION proof(dossier_change) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN $1.proof_sealed IS NOT NULL THEN
          ROW('dossier_change.proof', $1.scan_id::text, $1.proof_sealed)::public.sealed END $$;
CREATE FUNCTION phone_was(dossier_change) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN $1.phone_was_sealed IS NOT NULL THEN
          ROW('dossier_change.phone_was', $1.scan_id::text, $1.phone_was_sealed)::public.sealed END $$;
CREATE FUNCTION address_was(dossier_change) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN $1.address_was_sealed IS NOT NULL THEN
          ROW('dossier_change.address_was', $1.scan_id::text, $1.address_was_sealed)::public.sealed
          END $$;

ALTER TABLE dossier_change ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON dossier_change TO CURRENT_USER USING (true) WITH CHECK (true);
-- a manager overlooks the register, and no citizen's own data
CREATE POLICY seen ON dossier_change FOR SELECT TO postal_app
    USING (postal_reads_all() OR (postal_role() <> 'manager' AND postal_sees(dossier_id)));
CREATE POLICY written ON dossier_change FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR (postal_keeper() = 'office' AND postal_sees(dossier_id)));
-- what was kept long enough is shredded, with the party it was of
CREATE POLICY shredded ON dossier_change FOR UPDATE TO postal_app
    USING (postal_service()) WITH CHECK (postal_service());
GRANT SELECT, INSERT ON dossier_change TO postal_app;
GRANT UPDATE (proof_sealed, phone_was_sealed, address_was_sealed) ON dossier_change TO postal_app;
