-- Every paper that leaves the press, by its hash: printed again it is the same bytes, marked as a copy.

-- What a citizen reads is closed like her telephone number; the hash is of the open paper.
CREATE TABLE paper_file (
    sha256         bytea       PRIMARY KEY CHECK (length(sha256) = 32),
    content_sealed bytea       NOT NULL CHECK (length(content_sealed) BETWEEN 33 AND 33554432),
    kept_at        timestamptz NOT NULL
);
CREATE FUNCTION content(paper_file) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT ROW('paper_file.content', encode($1.sha256, 'hex'), $1.content_sealed)::public.sealed $$;

CREATE TABLE paper (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text        NOT NULL CHECK (kind ~ '^[a-z_]{3,30}$'),
    -- the number printed on it: a dossier's, a list's, an item's, an incident's
    subject      text        NOT NULL CHECK (length(subject) BETWEEN 1 AND 60),
    -- what tells a later original of the same kind: the issue of a receipt, what a list had become
    edition      text        NOT NULL CHECK (length(edition) <= 60),
    -- the rules it was printed under, as they stood: an old dossier keeps old forms
    form_set     text        CHECK (form_set IN ('TT01-2018', 'TT03-2025')),
    form_number  text        NOT NULL CHECK (form_number ~ '^(|[0-9]{2})$'),
    basis        text        NOT NULL CHECK (length(basis) BETWEEN 1 AND 300),
    sha256       bytea       NOT NULL REFERENCES paper_file,
    dossier_id   bigint      REFERENCES dossier,
    hand_over_id bigint      REFERENCES hand_over,
    incident_id  bigint      REFERENCES incident,
    person_id    bigint      NOT NULL REFERENCES person,
    office_id    bigint      REFERENCES office,
    agency_id    bigint      REFERENCES agency,
    made_at      timestamptz NOT NULL,
    UNIQUE (kind, subject, edition)
);
CREATE INDEX paper_file_of ON paper (sha256);
CREATE INDEX paper_dossier ON paper (dossier_id) WHERE dossier_id IS NOT NULL;
CREATE INDEX paper_subject ON paper (subject);

-- Who printed it when: 0 is the original, n the n-th copy.
CREATE TABLE paper_print (
    paper_id  bigint      NOT NULL REFERENCES paper,
    ordinal   smallint    NOT NULL CHECK (ordinal BETWEEN 0 AND 9999),
    person_id bigint      NOT NULL REFERENCES person,
    at        timestamptz NOT NULL,
    PRIMARY KEY (paper_id, ordinal)
);

GRANT SELECT, INSERT ON paper_file, paper, paper_print TO postal_app;

ALTER TABLE paper_file ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE paper ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE paper_print ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON paper_file TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY owner ON paper TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY owner ON paper_print TO CURRENT_USER USING (true) WITH CHECK (true);
-- A paper is the business of whoever printed it, of her desk, and of those whose business the
-- dossier, the list or the incident is.
CREATE POLICY seen ON paper FOR SELECT TO postal_app
    USING (postal_overlooks() OR person_id = postal_person()
           OR (postal_keeper() = 'office' AND office_id = postal_office())
           OR (postal_keeper() = 'agency' AND agency_id = postal_agency())
           OR EXISTS (SELECT 1 FROM dossier d WHERE d.id = paper.dossier_id)
           OR EXISTS (SELECT 1 FROM hand_over h WHERE h.id = paper.hand_over_id)
           OR EXISTS (SELECT 1 FROM incident i WHERE i.id = paper.incident_id));
CREATE POLICY written ON paper FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR person_id = postal_person());
-- A manager overlooks what was printed and reads none of it.
CREATE POLICY seen ON paper_file FOR SELECT TO postal_app
    USING (postal_reads_all() OR (postal_role() <> 'manager'
           AND EXISTS (SELECT 1 FROM paper p WHERE p.sha256 = paper_file.sha256)));
CREATE POLICY written ON paper_file FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_person() IS NOT NULL);
CREATE POLICY seen ON paper_print FOR SELECT TO postal_app
    USING (EXISTS (SELECT 1 FROM paper p WHERE p.id = paper_print.paper_id));
CREATE POLICY written ON paper_print FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR person_id = postal_person());
