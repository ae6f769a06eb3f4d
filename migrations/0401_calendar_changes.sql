-- Calendars in an administrator's hands. A change moves no appointment: it proposes what would move.

CREATE TABLE calendar_change (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- drawn by the page: the second click is the first one; none where a table was loaded
    form_id     uuid        UNIQUE,
    person_id   bigint      REFERENCES person,
    kind        text        NOT NULL CHECK (kind IN ('hours', 'day', 'load')),
    -- 'all', 'agencies', 'post', or one hours group
    scope       text        NOT NULL CHECK (length(scope) BETWEEN 1 AND 200),
    -- from which day it shows; none where a table of many days was loaded
    starts_on   date,
    why         text        NOT NULL CHECK (length(why) <= 200),
    -- what was typed, in closed words and numbers
    facts       jsonb       NOT NULL,
    at          timestamptz NOT NULL
);
CREATE INDEX calendar_change_at ON calendar_change (at);

-- A day marked by a person. It wins over the published table, and the narrower scope over the wider.
CREATE TABLE calendar_override (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    change_id bigint NOT NULL REFERENCES calendar_change,
    scope     text   NOT NULL,
    day       date   NOT NULL,
    -- ordinary: as if no table named the day
    kind      text   NOT NULL CHECK (kind IN ('off', 'work', 'ordinary')),
    name_vi   text   NOT NULL CHECK (length(name_vi) BETWEEN 1 AND 200),
    -- the later change that took it away; it stays to explain what was reckoned with it
    ended_by  bigint REFERENCES calendar_change
);
CREATE UNIQUE INDEX calendar_override_standing ON calendar_override (scope, day) WHERE ended_by IS NULL;

-- What a change would move, dossier by dossier, until somebody decides.
CREATE TABLE proposal (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    change_id  bigint      NOT NULL REFERENCES calendar_change,
    dossier_id bigint      NOT NULL REFERENCES dossier,
    agency_id  bigint      NOT NULL REFERENCES agency,
    -- the id its line in the register will carry
    scan_id    uuid        NOT NULL UNIQUE,
    old_due_at timestamptz NOT NULL,
    new_due_at timestamptz NOT NULL,
    -- overtaken: the appointment was set anew meanwhile, or the dossier has ended
    state      text        NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'accepted', 'rejected', 'overtaken')),
    decided_by bigint      REFERENCES person,
    decided_at timestamptz,
    CHECK (old_due_at <> new_due_at),
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    UNIQUE (change_id, dossier_id)
);
CREATE INDEX proposal_waiting ON proposal (agency_id, id) WHERE state = 'waiting';
CREATE INDEX proposal_dossier ON proposal (dossier_id);

GRANT SELECT, INSERT ON calendar_change TO postal_app;
GRANT SELECT, INSERT, UPDATE ON calendar_override, proposal TO postal_app;

-- Everybody's days are everybody's to read; an administrator changes them.
ALTER TABLE calendar_change ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON calendar_change TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON calendar_change FOR SELECT TO postal_app USING (true);
CREATE POLICY written ON calendar_change FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'manager');

ALTER TABLE calendar_override ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON calendar_override TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON calendar_override FOR SELECT TO postal_app USING (true);
CREATE POLICY written ON calendar_override FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'manager');
CREATE POLICY ended ON calendar_override FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'manager')
    WITH CHECK (postal_service() OR postal_role() = 'manager');

ALTER TABLE proposal ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON proposal TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON proposal FOR SELECT TO postal_app
    USING (postal_overlooks() OR agency_id = postal_agency()
           OR EXISTS (SELECT 1 FROM dossier d WHERE d.id = proposal.dossier_id));
CREATE POLICY written ON proposal FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'manager');
CREATE POLICY decided ON proposal FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'manager' OR agency_id = postal_agency())
    WITH CHECK (postal_service() OR postal_role() = 'manager' OR agency_id = postal_agency());
