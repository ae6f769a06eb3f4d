-- What people say about the service, and by when they are answered.

CREATE TABLE complaint (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- drawn by the page: the second press finds the first's number
    form_id     uuid        NOT NULL UNIQUE,
    number      text        NOT NULL UNIQUE CHECK (number ~ '^PA-\d{6}-\d{5}$'),
    office_id   bigint      NOT NULL REFERENCES office,
    dossier_id  bigint      REFERENCES dossier,
    about       text        NOT NULL CHECK (about IN ('attitude', 'late', 'lost', 'money', 'papers', 'other')),
    -- who says it, how to reach them and what they say: closed, as JSON
    told_sealed bytea       NOT NULL CHECK (length(told_sealed) BETWEEN 33 AND 16384),
    opened_at   timestamptz NOT NULL,
    opened_by   bigint      NOT NULL REFERENCES person,
    -- the national set's clocks of 2, 5 and 15 working days, as they were reckoned and printed
    decline_by  date        NOT NULL,
    ask_by      date        NOT NULL,
    answer_by   date        NOT NULL,
    outcome     text        CHECK (outcome IN ('answered', 'declined')),
    answer_sealed bytea     CHECK (length(answer_sealed) BETWEEN 33 AND 16384),
    closed_at   timestamptz,
    closed_by   bigint      REFERENCES person,
    CHECK (decline_by <= ask_by AND ask_by <= answer_by),
    CHECK ((outcome IS NULL) = (closed_at IS NULL)),
    CHECK ((outcome IS NULL) = (closed_by IS NULL)),
    CHECK ((outcome IS NULL) = (answer_sealed IS NULL))
);
CREATE INDEX complaint_office ON complaint (office_id, opened_at);

CREATE FUNCTION told(complaint) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT ROW('complaint.told', $1.form_id::text, $1.told_sealed)::public.sealed $$;
CREATE FUNCTION answer(complaint) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN $1.answer_sealed IS NOT NULL THEN
          ROW('complaint.answer', $1.form_id::text, $1.answer_sealed)::public.sealed END $$;

INSERT INTO escalation (rule, step, after_hours, receiver, valid_from, demo) VALUES
    ('complaint_due', 1, 0, 'supervisor', '2018-01-01', true),
    ('complaint_due', 2, 16, 'manager', '2018-01-01', true);

ALTER TABLE complaint ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON complaint TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON complaint FOR SELECT TO postal_app
    USING (postal_reads_all() OR (postal_keeper() = 'office' AND office_id = postal_office()));
CREATE POLICY written ON complaint FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR (postal_keeper() = 'office' AND office_id = postal_office()));
-- Whom a complaint is about may be any clerk: the supervisor answers.
CREATE POLICY answered ON complaint FOR UPDATE TO postal_app
    USING (postal_service() OR (postal_role() = 'supervisor' AND office_id = postal_office()));

GRANT SELECT, INSERT ON complaint TO postal_app;
GRANT UPDATE (outcome, answer_sealed, closed_at, closed_by) ON complaint TO postal_app;
