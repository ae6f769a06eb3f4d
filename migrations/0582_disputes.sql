-- What a person says is wrong about a line of money, and what was done about it.

CREATE TABLE money_dispute (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- drawn by the page: sent twice, one dispute
    form_id       uuid        NOT NULL UNIQUE,
    -- the entry it is about, as a receipt; of a settlement, the settlement's own
    entry_id      bigint      NOT NULL REFERENCES entry,
    dossier_id    bigint      REFERENCES dossier,
    settlement_id bigint      REFERENCES settlement,
    -- whose supervisor answers; NULL: the manager
    office_id     bigint      REFERENCES office,
    -- nobody: the citizen, on her page
    opened_by     bigint      REFERENCES person,
    opened_at     timestamptz NOT NULL,
    answer_by     date        NOT NULL,
    -- names people, as complaints do: closed
    why_sealed    bytea       NOT NULL CHECK (length(why_sealed) BETWEEN 33 AND 8192),
    -- mended: an entry, a refund or a settlement follows. explained: the line stands.
    outcome       text        CHECK (outcome IN ('mended', 'explained')),
    answer_sealed bytea       CHECK (length(answer_sealed) BETWEEN 33 AND 8192),
    closed_at     timestamptz,
    closed_by     bigint      REFERENCES person,
    CHECK ((outcome IS NULL) = (closed_at IS NULL)),
    CHECK ((outcome IS NULL) = (closed_by IS NULL)),
    CHECK ((outcome IS NULL) = (answer_sealed IS NULL)),
    -- nobody answers her own
    CONSTRAINT money_dispute_another CHECK (closed_by <> opened_by)
);
CREATE UNIQUE INDEX money_dispute_open ON money_dispute (entry_id, opened_by)
    NULLS NOT DISTINCT WHERE closed_at IS NULL;
CREATE INDEX money_dispute_dossier ON money_dispute (dossier_id) WHERE dossier_id IS NOT NULL;
CREATE INDEX money_dispute_office ON money_dispute (office_id, closed_at);
CREATE INDEX money_dispute_settlement ON money_dispute (settlement_id)
    WHERE settlement_id IS NOT NULL;

CREATE FUNCTION why(money_dispute) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT ROW('money_dispute.why', $1.form_id::text, $1.why_sealed)::public.sealed $$;
CREATE FUNCTION answer(money_dispute) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN $1.answer_sealed IS NOT NULL THEN
          ROW('money_dispute.answer', $1.form_id::text, $1.answer_sealed)::public.sealed END $$;

ALTER TABLE money_dispute ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON money_dispute TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON money_dispute FOR SELECT TO postal_app
    USING (postal_overlooks() OR opened_by = postal_person()
           OR (postal_role() = 'supervisor' AND office_id = postal_office())
           OR (postal_kind() = 'citizen' AND opened_by IS NULL AND postal_sees(dossier_id)));
CREATE POLICY written ON money_dispute FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR opened_by = postal_person()
                OR (postal_kind() = 'citizen' AND opened_by IS NULL AND postal_sees(dossier_id)));
CREATE POLICY answered ON money_dispute FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'manager'
           OR (postal_role() = 'supervisor' AND office_id = postal_office()));

GRANT SELECT, INSERT ON money_dispute TO postal_app;
GRANT UPDATE (outcome, answer_sealed, closed_at, closed_by) ON money_dispute TO postal_app;
