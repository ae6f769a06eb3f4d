-- Papers an agency asked for, brought to any counter and counted there: leg S, against the request.

-- What was brought against a request; the line in the register that opened its carriage names it.
CREATE TABLE supplement (
    scan_id    uuid     PRIMARY KEY REFERENCES event (scan_id),
    request_id uuid     NOT NULL REFERENCES supplement_request,
    dossier_id bigint   NOT NULL REFERENCES dossier,
    s10        text     NOT NULL UNIQUE REFERENCES consignment (s10),
    clerk_id   bigint   NOT NULL REFERENCES person,
    weight_g   integer  NOT NULL CHECK (weight_g BETWEEN 1 AND 30000),
    -- not all that was asked for: the citizen wanted it sent all the same
    partial    boolean  NOT NULL
);
CREATE INDEX supplement_request_of ON supplement (request_id);
CREATE INDEX supplement_dossier ON supplement (dossier_id);

-- As counted with her. ordinal is that of the request: nothing else can be brought, so that nothing
-- else can be demanded.
CREATE TABLE supplement_paper (
    scan_id     uuid     NOT NULL REFERENCES supplement,
    request_id  uuid     NOT NULL,
    ordinal     smallint NOT NULL,
    originals   smallint NOT NULL CHECK (originals BETWEEN 0 AND 99),
    certified   smallint NOT NULL CHECK (certified BETWEEN 0 AND 99),
    photocopies smallint NOT NULL CHECK (photocopies BETWEEN 0 AND 99),
    PRIMARY KEY (scan_id, ordinal),
    FOREIGN KEY (request_id, ordinal) REFERENCES asked_paper (request_id, ordinal),
    CHECK (originals + certified + photocopies > 0)
);
CREATE INDEX supplement_paper_asked ON supplement_paper (request_id, ordinal);

GRANT SELECT, INSERT ON supplement, supplement_paper TO postal_app;
ALTER TABLE supplement ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE supplement_paper ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON supplement TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY owner ON supplement_paper TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON supplement FOR SELECT TO postal_app
    USING (postal_overlooks() OR postal_sees(dossier_id));
CREATE POLICY written ON supplement FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR (postal_keeper() = 'office' AND postal_sees(dossier_id)));
CREATE POLICY seen ON supplement_paper FOR SELECT TO postal_app
    USING (EXISTS (SELECT 1 FROM supplement s WHERE s.scan_id = supplement_paper.scan_id));
CREATE POLICY written ON supplement_paper FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_keeper() = 'office');

-- What is asked of a citizen who stands at a counter that has no stake in her dossier: told for the
-- code on her receipt alone, 62 bits that nobody guesses, and without a word about her.
CREATE FUNCTION postal_asked(shown text)
    RETURNS TABLE (dossier_id bigint, ref text, procedure text, agency_id bigint, agency text,
                   request_id uuid, asked_at timestamptz, note text, papers jsonb)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$
    #variable_conflict use_column
    BEGIN
        RETURN QUERY
        SELECT d.id, d.ref, q.name_vi, g.id, g.short_name, r.id, r.asked_at, r.note,
               (SELECT jsonb_agg(line ORDER BY line.ordinal)
                  FROM (SELECT a.ordinal, a.name, a.originals, a.certified, a.photocopies,
                               coalesce(sum(b.originals), 0) AS had_originals,
                               coalesce(sum(b.certified), 0) AS had_certified,
                               coalesce(sum(b.photocopies), 0) AS had_photocopies
                          FROM asked_paper a
                          LEFT JOIN supplement s ON s.request_id = a.request_id AND EXISTS (
                               SELECT 1 FROM consignment c
                                WHERE c.s10 = s.s10
                                  AND c.stage NOT IN ('given_back', 'lost', 'cancelled'))
                          LEFT JOIN supplement_paper b
                               ON b.scan_id = s.scan_id AND b.ordinal = a.ordinal
                         WHERE a.request_id = r.id
                         GROUP BY a.request_id, a.ordinal) AS line)
          FROM dossier d
          JOIN procedure q ON q.id = d.procedure_id
          JOIN agency g ON g.id = d.agency_id
          JOIN pause p ON p.dossier_id = d.id AND p.until IS NULL AND p.kind = 'supplement'
          JOIN event e ON e.id = p.event_id
          JOIN supplement_request r ON r.id = e.scan_id
         WHERE d.tracking_code = shown AND d.status = 5 AND postal_keeper() = 'office';
    END $$;
-- And the stake the counter takes in it, by the same code and while the request stands: in the
-- transaction that takes the papers.
CREATE FUNCTION postal_admit(shown text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        INSERT INTO stake (dossier_id, keeper, keeper_id)
        SELECT a.dossier_id, 'office', postal_office()
          FROM postal_asked(shown) a
         WHERE postal_office() IS NOT NULL
            ON CONFLICT DO NOTHING;
        RETURN EXISTS (SELECT 1 FROM postal_asked(shown));
    END $$;
