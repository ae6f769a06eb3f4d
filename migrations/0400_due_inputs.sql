-- Why an answer is owed when it is owed: what each due time was reckoned from, kept beside it.

-- How a working day of the limit is read: eight hours to the minute, or to the end of the last
-- day (Civil Code 2015 art. 147-148). The procedure says it, an agency may read all of its own
-- otherwise, and a dossier keeps what held when it was accepted.
ALTER TABLE procedure
    ADD COLUMN convention text NOT NULL DEFAULT 'hour_precise'
        CHECK (convention IN ('hour_precise', 'end_of_day'));
ALTER TABLE agency
    ADD COLUMN convention text CHECK (convention IN ('hour_precise', 'end_of_day'));
ALTER TABLE dossier
    ADD COLUMN convention text NOT NULL DEFAULT 'hour_precise'
        CHECK (convention IN ('hour_precise', 'end_of_day'));

-- A calendar as it stood when somebody reckoned with it: hours, days off and make-up days by name.
-- Kept by its content, so that a thousand dossiers of one year share one row.
CREATE TABLE calendar_edition (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256      text        NOT NULL UNIQUE CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    hours_group text        NOT NULL,
    content     jsonb       NOT NULL,
    kept_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE due_input (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- the line of the register that set the due time
    scan_id         uuid        NOT NULL UNIQUE REFERENCES event (scan_id),
    dossier_id      bigint      NOT NULL REFERENCES dossier,
    received_at     timestamptz NOT NULL,
    limit_value     integer     NOT NULL CHECK (limit_value >= 0),
    limit_unit      text        NOT NULL
        CHECK (limit_unit IN ('working_hour', 'working_day', 'day', 'month')),
    convention      text        NOT NULL CHECK (convention IN ('hour_precise', 'end_of_day')),
    same_day_cutoff boolean     NOT NULL,
    -- [kind, since, until] each, of those that had ended
    pauses          jsonb       NOT NULL,
    -- units of the limit that were added with an apology
    extension       integer     NOT NULL CHECK (extension >= 0),
    -- [name, value, unit, edition] each, where a linked procedure sums its agencies' limits
    parts           jsonb       NOT NULL,
    edition_id      bigint      NOT NULL REFERENCES calendar_edition,
    -- what the reckoning gives, and what was set: they differ where an officer named the hour
    original_due_at timestamptz NOT NULL,
    reckoned_due_at timestamptz NOT NULL,
    due_at          timestamptz NOT NULL
);
CREATE INDEX due_input_dossier ON due_input (dossier_id, id);

GRANT SELECT, INSERT ON calendar_edition, due_input TO postal_app;

ALTER TABLE calendar_edition ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON calendar_edition TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON calendar_edition FOR SELECT TO postal_app USING (true);
CREATE POLICY written ON calendar_edition FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() IN ('agency_officer', 'clerk', 'supervisor', 'manager'));

ALTER TABLE due_input ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON due_input TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON due_input FOR SELECT TO postal_app
    USING (postal_overlooks() OR EXISTS (SELECT 1 FROM dossier d WHERE d.id = due_input.dossier_id));
CREATE POLICY written ON due_input FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() IN ('agency_officer', 'clerk', 'supervisor', 'manager'));
