-- The post's own clocks: how long each leg may take, and by which day each paper was promised.

CREATE TABLE transit_limit (
    -- as the tariff has them
    zone       text     NOT NULL CHECK (zone IN ('district', 'province', 'inter')),
    -- postal days: Sundays and public holidays are none
    days       smallint NOT NULL CHECK (days BETWEEN 1 AND 30),
    valid_from date     NOT NULL,
    valid_to   date,
    demo       boolean  NOT NULL,
    source     text     NOT NULL,
    PRIMARY KEY (zone, valid_from),
    CHECK (valid_from < valid_to)
);

-- Seen at provincial posts (1, 1.5 to 2, and 3 days); what this province promises was not seen.
INSERT INTO transit_limit (zone, days, valid_from, demo, source) VALUES
    ('district', 1, '2018-01-01', true, 'practice of provincial posts under QĐ 45/2016'),
    ('province', 2, '2018-01-01', true, 'practice of provincial posts under QĐ 45/2016'),
    ('inter', 3, '2018-01-01', true, 'practice of provincial posts under QĐ 45/2016');

CREATE TABLE leg_promise (
    consignment_id bigint      PRIMARY KEY REFERENCES consignment,
    dossier_id     bigint      NOT NULL REFERENCES dossier,
    zone           text        NOT NULL CHECK (zone IN ('district', 'province', 'inter')),
    days           smallint    NOT NULL CHECK (days BETWEEN 1 AND 30),
    -- when the post's clock began: papers accepted, or a result there was to fetch
    since          timestamptz NOT NULL,
    -- the last day on which it is not late
    promised_by    date        NOT NULL
);
CREATE INDEX leg_promise_dossier ON leg_promise (dossier_id);

GRANT SELECT, INSERT, UPDATE ON transit_limit TO postal_app;
GRANT SELECT, INSERT ON leg_promise TO postal_app;

ALTER TABLE transit_limit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON transit_limit TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON transit_limit FOR SELECT TO postal_app USING (true);
CREATE POLICY written ON transit_limit FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'manager');
CREATE POLICY changed ON transit_limit FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'manager')
    WITH CHECK (postal_service() OR postal_role() = 'manager');

ALTER TABLE leg_promise ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON leg_promise TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON leg_promise FOR SELECT TO postal_app
    USING (postal_overlooks() OR EXISTS (SELECT 1 FROM dossier d WHERE d.id = leg_promise.dossier_id));
CREATE POLICY written ON leg_promise FOR INSERT TO postal_app WITH CHECK (postal_service());
