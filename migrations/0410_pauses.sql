-- What an agency may do with its clock: ask for papers, put the appointment off, and say so in writing.

-- The notices an agency writes, numbered each year without a gap: guidance on papers, refusal,
-- apology, stop, payment. The number is printed on the form.
CREATE TABLE notice (
    event_id   bigint   PRIMARY KEY REFERENCES event,
    dossier_id bigint   NOT NULL REFERENCES dossier,
    agency_id  bigint   NOT NULL REFERENCES agency,
    form       text     NOT NULL CHECK (form IN ('supplement', 'refusal', 'apology', 'stop', 'payment')),
    year       smallint NOT NULL,
    number     integer  NOT NULL CHECK (number > 0),
    -- form "stop" of TT 03/2025: what becomes of money already paid or still owed
    settlement text     CHECK (length(settlement) BETWEEN 1 AND 500),
    CHECK ((form = 'stop') = (settlement IS NOT NULL)),
    UNIQUE (agency_id, form, year, number)
);
CREATE INDEX notice_dossier ON notice (dossier_id);

-- What papers are asked for. A second request waits here for its second person; the id is the
-- one its line in the register will carry.
CREATE TABLE supplement_request (
    id         uuid        PRIMARY KEY,
    dossier_id bigint      NOT NULL REFERENCES dossier,
    agency_id  bigint      NOT NULL REFERENCES agency,
    asked_by   bigint      NOT NULL REFERENCES person,
    asked_at   timestamptz NOT NULL,
    -- the officer's words to the citizen
    note       text        NOT NULL CHECK (length(note) <= 500)
);
CREATE INDEX supplement_request_dossier ON supplement_request (dossier_id);

CREATE TABLE asked_paper (
    request_id  uuid     NOT NULL REFERENCES supplement_request,
    ordinal     smallint NOT NULL CHECK (ordinal BETWEEN 1 AND 99),
    name        text     NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    -- bản chính, bản chứng thực, bản photo
    originals   smallint NOT NULL CHECK (originals BETWEEN 0 AND 99),
    certified   smallint NOT NULL CHECK (certified BETWEEN 0 AND 99),
    photocopies smallint NOT NULL CHECK (photocopies BETWEEN 0 AND 99),
    PRIMARY KEY (request_id, ordinal)
);

-- When the clock stood still, and for what. Asked before the agency received, nothing stood
-- still: such a row ends with the reception, where the clock begins.
CREATE TABLE pause (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dossier_id  bigint      NOT NULL REFERENCES dossier,
    kind        text        NOT NULL CHECK (kind IN ('supplement', 'financial')),
    -- the line of the register that asked, and the one that ended it
    event_id    bigint      NOT NULL UNIQUE REFERENCES event,
    ended_by    bigint      UNIQUE REFERENCES event,
    since       timestamptz NOT NULL,
    until       timestamptz,
    reason      text        NOT NULL REFERENCES reason (code),
    -- a second request after reception makes the dossier late in the national indicators
    counts_late boolean     NOT NULL,
    CHECK (until >= since),
    CHECK ((until IS NULL) = (ended_by IS NULL))
);
CREATE INDEX pause_dossier ON pause (dossier_id, id);
CREATE UNIQUE INDEX pause_open ON pause (dossier_id) WHERE until IS NULL;

-- An appointment put off, with an apology. The first appointment stays on the dossier.
CREATE TABLE extension (
    event_id    bigint      PRIMARY KEY REFERENCES event,
    dossier_id  bigint      NOT NULL REFERENCES dossier,
    -- by so much more of the limit; neither where the officer named the hour herself
    value       integer     CHECK (value > 0),
    unit        text        CHECK (unit IN ('working_hour', 'working_day', 'day', 'month')),
    old_due     timestamptz NOT NULL,
    new_due     timestamptz NOT NULL,
    reason      text        NOT NULL REFERENCES reason (code),
    approver_id bigint      REFERENCES person,
    CHECK ((value IS NULL) = (unit IS NULL)),
    CHECK (new_due > old_due)
);
CREATE INDEX extension_dossier ON extension (dossier_id, event_id);

GRANT SELECT, INSERT ON notice, supplement_request, asked_paper, extension TO postal_app;
GRANT SELECT, INSERT, UPDATE ON pause TO postal_app;

-- Seen by whoever sees the dossier; written by the officers who decide on it.
ALTER TABLE notice ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE supplement_request ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE asked_paper ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE pause ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE extension ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY owner ON notice TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON notice FOR SELECT TO postal_app
    USING (postal_overlooks() OR EXISTS (SELECT 1 FROM dossier d WHERE d.id = notice.dossier_id));
CREATE POLICY written ON notice FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR agency_id = postal_agency());

CREATE POLICY owner ON supplement_request TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON supplement_request FOR SELECT TO postal_app
    USING (postal_overlooks() OR agency_id = postal_agency()
           OR EXISTS (SELECT 1 FROM dossier d WHERE d.id = supplement_request.dossier_id));
CREATE POLICY written ON supplement_request FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR agency_id = postal_agency());

CREATE POLICY owner ON asked_paper TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON asked_paper FOR SELECT TO postal_app
    USING (EXISTS (SELECT 1 FROM supplement_request r WHERE r.id = asked_paper.request_id));
CREATE POLICY written ON asked_paper FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'agency_officer');

CREATE POLICY owner ON pause TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON pause FOR SELECT TO postal_app
    USING (postal_overlooks() OR EXISTS (SELECT 1 FROM dossier d WHERE d.id = pause.dossier_id));
CREATE POLICY written ON pause FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'agency_officer');
CREATE POLICY ended ON pause FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'agency_officer')
    WITH CHECK (postal_service() OR postal_role() = 'agency_officer');

CREATE POLICY owner ON extension TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON extension FOR SELECT TO postal_app
    USING (postal_overlooks() OR EXISTS (SELECT 1 FROM dossier d WHERE d.id = extension.dossier_id));
CREATE POLICY written ON extension FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'agency_officer');
