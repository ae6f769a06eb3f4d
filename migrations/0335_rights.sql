-- What a citizen may ask of her own data, and how long each kind of it is kept.

-- The table is young and small, and a wider check refuses nothing that the narrower one took.
-- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid
ALTER TABLE read_log
    DROP CONSTRAINT read_log_reason_check,
    ADD CONSTRAINT read_log_reason_check CHECK (reason IN (
        'call', 'deliver', 'identity', 'correct', 'complaint', 'agency_work', 'no_receipt',
        'rights'));

CREATE TABLE rights_request (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- drawn by the page: the second press finds the first's request
    form_id     uuid        NOT NULL UNIQUE,
    -- export: what is kept of me. erase: keep it no longer
    kind        text        NOT NULL CHECK (kind IN ('export', 'erase')),
    dossier_id  bigint      NOT NULL REFERENCES dossier,
    party_id    bigint      NOT NULL REFERENCES party,
    asked_at    timestamptz NOT NULL,
    taken_by    bigint      NOT NULL REFERENCES person,
    -- two working days of the post (Nghị định 356/2025)
    answer_by   date        NOT NULL,
    -- kept: refused, since the law still needs it; why says which law or what is open
    outcome     text        CHECK (outcome IN ('given', 'erased', 'kept')),
    why         text        CHECK (length(why) <= 300),
    answered_at timestamptz,
    answered_by bigint      REFERENCES person,
    CHECK ((outcome IS NULL) = (answered_at IS NULL)),
    CHECK ((outcome IS NULL) = (answered_by IS NULL))
);
CREATE INDEX rights_request_open ON rights_request (answer_by) WHERE outcome IS NULL;
ALTER TABLE rights_request ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON rights_request TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON rights_request FOR SELECT TO postal_app USING (postal_overlooks());
CREATE POLICY written ON rights_request FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'manager');
CREATE POLICY answered ON rights_request FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'manager');
GRANT SELECT, INSERT ON rights_request TO postal_app;
GRANT UPDATE (outcome, why, answered_at, answered_by) ON rights_request TO postal_app;

-- How long what is kept, dated; after that its fields are shredded. Events stay: they name nobody.
CREATE TABLE retention (
    kind       text    NOT NULL CHECK (kind IN ('party', 'proof', 'draft', 'lost_line', 'orphan')),
    days       integer NOT NULL CHECK (days BETWEEN 1 AND 36500),
    -- from when the days count
    counted    text    NOT NULL,
    valid_from date    NOT NULL,
    -- chosen for the demonstration: the province's own archive rules decide
    demo       boolean NOT NULL,
    PRIMARY KEY (kind, valid_from)
);
INSERT INTO retention (kind, days, counted, valid_from, demo) VALUES
    ('party', 1825, 'từ khi hồ sơ cuối cùng của người đó kết thúc', '2018-01-01', true),
    ('proof', 1825, 'từ khi giao', '2018-01-01', true),
    ('draft', 7, 'từ khi giữ tạm', '2018-01-01', true),
    ('lost_line', 90, 'từ khi trưởng bưu cục quyết định', '2018-01-01', true),
    ('orphan', 7, 'từ khi ảnh đến mà không lần quét nào nhắc tới', '2018-01-01', true);
ALTER TABLE retention ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON retention TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON retention FOR SELECT TO postal_app USING (true);
GRANT SELECT ON retention TO postal_app;

-- the sweep takes pictures that no scan ever named
CREATE POLICY swept ON proof_file FOR DELETE TO postal_app USING (postal_service());
GRANT DELETE ON proof_file, proof_attachment TO postal_app;
