-- What an agency sent back or asked more for, whose fault it was, and what people ruled about that.

-- The register is small wherever this runs.
-- squawk-ignore-file require-concurrent-index-creation

CREATE TABLE bounce (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- the line of the register that asked, refused, declined or sent on
    event_id     bigint      NOT NULL UNIQUE REFERENCES event,
    dossier_id   bigint      NOT NULL REFERENCES dossier,
    -- the counter that accepted it, and the clerk: numbers for her supervisor, never a pillory
    office_id    bigint      NOT NULL REFERENCES office,
    clerk_id     bigint      NOT NULL REFERENCES person,
    agency_id    bigint      NOT NULL REFERENCES agency,
    -- the version it was accepted under, whose list counts
    procedure_id bigint      NOT NULL REFERENCES procedure,
    kind         text        NOT NULL CHECK (kind IN ('supplement', 'refusal', 'decline')),
    at           timestamptz NOT NULL,
    -- of the closed lists, as the register has it
    reason       text,
    -- as the rule proposes it
    cause        text        NOT NULL CHECK (cause IN (
        'missing', 'beyond', 'conditional', 'content', 'wrong_agency', 'custody', 'not_by_post',
        'rules_changed')),
    fault        text        NOT NULL CHECK (fault IN ('post', 'citizen', 'agency'))
);
CREATE INDEX bounce_office ON bounce (office_id, at);
CREATE INDEX bounce_dossier ON bounce (dossier_id);
CREATE INDEX bounce_at ON bounce (at);

-- Of a request for papers: what the rule says of each.
CREATE TABLE bounce_paper (
    bounce_id bigint   NOT NULL REFERENCES bounce,
    ordinal   smallint NOT NULL CHECK (ordinal BETWEEN 1 AND 99),
    -- the published line it asks for again; NULL: it stands on no published list
    document  integer,
    name      text     NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
    cause     text     NOT NULL,
    PRIMARY KEY (bounce_id, ordinal)
);

-- Append-only: the newest counts, and what the rule proposed stays beside it.
CREATE TABLE bounce_ruling (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- drawn by the page: the second press is the first's
    form_id   uuid        NOT NULL UNIQUE,
    bounce_id bigint      NOT NULL REFERENCES bounce,
    cause     text        NOT NULL,
    fault     text        NOT NULL CHECK (fault IN ('post', 'citizen', 'agency')),
    why       text        NOT NULL CHECK (length(why) BETWEEN 1 AND 300),
    person_id bigint      NOT NULL REFERENCES person,
    at        timestamptz NOT NULL
);
CREATE INDEX bounce_ruling_bounce ON bounce_ruling (bounce_id, id);

-- What the worker looks through for bounces it has not judged.
CREATE INDEX event_bounced ON event (heard_at)
    WHERE act IN ('ask_more', 'refuse', 'decline', 'send_on');

-- A bounce as it stands: what the rule proposed, or what was ruled last. Taken back in the register
-- it is none.
CREATE VIEW bounce_now WITH (security_invoker = true) AS
SELECT b.id, b.event_id, b.dossier_id, b.office_id, b.clerk_id, b.agency_id, b.procedure_id, b.kind,
       b.at, b.reason, b.cause AS proposed_cause, b.fault AS proposed_fault,
       coalesce(r.cause, b.cause) AS cause, coalesce(r.fault, b.fault) AS fault,
       r.why, r.person_id AS ruled_by, r.at AS ruled_at
  FROM bounce b
  LEFT JOIN LATERAL (SELECT cause, fault, why, person_id, at
                       FROM bounce_ruling
                      WHERE bounce_id = b.id
                      ORDER BY id DESC
                      LIMIT 1) r ON true
 WHERE NOT EXISTS (SELECT 1
                     FROM event e
                     JOIN event u ON u.dossier_id = e.dossier_id AND u.undoes = e.scan_id
                    WHERE e.id = b.event_id);

GRANT SELECT, INSERT ON bounce, bounce_paper, bounce_ruling TO postal_app;
GRANT SELECT ON bounce_now TO postal_app;

ALTER TABLE bounce ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON bounce TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON bounce FOR SELECT TO postal_app
    USING (postal_overlooks() OR (postal_keeper() = 'office' AND office_id = postal_keeper_id())
           OR agency_id = postal_agency()
           -- the counter that takes what was asked for asks whether its way is free
           OR postal_sees(dossier_id));
-- with the agency's own ruling, or by the worker after it
CREATE POLICY written ON bounce FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR agency_id = postal_agency());

ALTER TABLE bounce_paper ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON bounce_paper TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON bounce_paper FOR SELECT TO postal_app
    USING (EXISTS (SELECT 1 FROM bounce b WHERE b.id = bounce_paper.bounce_id));
CREATE POLICY written ON bounce_paper FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'agency_officer');

ALTER TABLE bounce_ruling ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON bounce_ruling TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON bounce_ruling FOR SELECT TO postal_app
    USING (EXISTS (SELECT 1 FROM bounce b WHERE b.id = bounce_ruling.bounce_id));
CREATE POLICY written ON bounce_ruling FOR INSERT TO postal_app
    WITH CHECK (postal_service()
                OR (person_id = postal_person()
                    AND (postal_role() = 'manager'
                         OR (postal_role() = 'supervisor'
                             AND EXISTS (SELECT 1 FROM bounce b
                                          WHERE b.id = bounce_ruling.bounce_id
                                            AND b.office_id = postal_office())))));
