-- Papers fetched at a citizen's home: who asked for it, who goes, and what became of it.

-- A wider check replaces a narrower one on a young and small table.
-- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid

CREATE TABLE pickup (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- on the slip and in messages; of the same series as the blank slips
    number       text        NOT NULL UNIQUE CHECK (number ~ '^NH-\d{6}-\d{5}$'),
    -- drawn by the page: the second press finds the first's order
    form_id      uuid        NOT NULL UNIQUE,
    -- clerk: on the telephone. page: by the citizen herself
    channel      text        NOT NULL CHECK (channel IN ('clerk', 'agency', 'page')),
    ordered_by   bigint      REFERENCES person,
    -- of the secret in the citizen's own address: its hash, which opens nothing
    door         text        UNIQUE CHECK (door ~ '^[0-9a-f]{64}$'),
    party_id     bigint      NOT NULL REFERENCES party,
    -- whose couriers go there
    office_id    bigint      NOT NULL REFERENCES office,
    -- who took the order: it goes on seeing what becomes of it
    taken_at     bigint      NOT NULL REFERENCES office,
    -- false: the address names no commune of an office, so the centre has to find out
    placed       boolean     NOT NULL,
    agency_id    bigint      REFERENCES agency,
    procedure_id bigint      REFERENCES procedure,
    dossiers     smallint    NOT NULL CHECK (dossiers BETWEEN 1 AND 20),
    -- as she wishes it
    day          date        NOT NULL,
    half         text        NOT NULL CHECK (half IN ('morning', 'afternoon')),
    ordered_at   timestamptz NOT NULL,
    -- what its newest line says: P0 new, P1 accepted, P2 refused, P4 collected, P5 unsuccessful,
    -- P6 failed; asked: on the public page, by somebody whose telephone has not answered yet
    state        text        NOT NULL CHECK (state IN (
        'asked', 'new', 'accepted', 'refused', 'collected', 'unsuccessful', 'failed')),
    -- who goes, and when
    courier_id   bigint      REFERENCES person,
    ride_on      date,
    ride_half    text        CHECK (ride_half IN ('morning', 'afternoon')),
    CHECK ((channel = 'page') = (ordered_by IS NULL)),
    CHECK ((channel = 'page') = (door IS NOT NULL)),
    CHECK (channel <> 'agency' OR agency_id IS NOT NULL),
    CHECK ((ride_on IS NULL) = (ride_half IS NULL)),
    CHECK (state <> 'accepted' OR (courier_id IS NOT NULL AND ride_on IS NOT NULL))
);
CREATE INDEX pickup_open ON pickup (office_id, day)
    WHERE state IN ('new', 'accepted', 'collected', 'unsuccessful');
CREATE INDEX pickup_office ON pickup (office_id, id DESC);
CREATE INDEX pickup_taken ON pickup (taken_at, id DESC);
CREATE INDEX pickup_agency ON pickup (agency_id, id DESC) WHERE channel = 'agency';
CREATE INDEX pickup_courier ON pickup (courier_id, ride_on) WHERE courier_id IS NOT NULL;
CREATE INDEX pickup_party ON pickup (party_id);

-- What happened, line by line; added to, never changed.
CREATE TABLE pickup_event (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pickup_id bigint      NOT NULL REFERENCES pickup,
    -- drawn by the page or the phone: the same act twice is one line
    form_id   uuid        NOT NULL,
    act       text        NOT NULL CHECK (act ~ '^[a-z_]{1,20}$'),
    -- what the order is from here on
    state     text        NOT NULL,
    at        timestamptz NOT NULL,
    -- none: the citizen herself, on the public page
    person_id bigint      REFERENCES person,
    reason    text        REFERENCES reason (code),
    -- courier, day, papers counted, the office it went on to; never a name
    facts     jsonb       NOT NULL DEFAULT '{}',
    CONSTRAINT pickup_event_once UNIQUE (pickup_id, form_id)
);
CREATE FUNCTION pickup_event_stands() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN
        RAISE EXCEPTION 'the lines of an order are only added to'
            USING ERRCODE = 'insufficient_privilege';
    END $$;
CREATE TRIGGER pickup_event_stands BEFORE UPDATE OR DELETE ON pickup_event
    FOR EACH ROW EXECUTE FUNCTION pickup_event_stands();
CREATE TRIGGER pickup_event_is_not_emptied BEFORE TRUNCATE ON pickup_event
    FOR EACH STATEMENT EXECUTE FUNCTION pickup_event_stands();

-- Owed to the citizen's telephone: written with the line, taken with its message (decision 3).
CREATE TABLE pickup_news (
    event_id bigint PRIMARY KEY REFERENCES pickup_event
);

-- The printed sheet each dossier was written on at the door. It is entered when a dossier bears
-- its number; until then the courier named by the line has the papers.
CREATE TABLE pickup_sheet (
    ref       text     PRIMARY KEY REFERENCES reserved_number,
    pickup_id bigint   NOT NULL REFERENCES pickup,
    papers    smallint NOT NULL CHECK (papers BETWEEN 1 AND 999)
);
CREATE INDEX pickup_sheet_pickup ON pickup_sheet (pickup_id);

ALTER TABLE pickup ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE pickup_event ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE pickup_news ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE pickup_sheet ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON pickup TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY owner ON pickup_event TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY owner ON pickup_news TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY owner ON pickup_sheet TO CURRENT_USER USING (true) WITH CHECK (true);

-- Seen by the office that goes and the one that took it, by the courier who goes, by the agency
-- that ordered, and by whoever has the secret of its page.
CREATE POLICY seen ON pickup FOR SELECT TO postal_app USING (
    postal_overlooks()
    OR (postal_keeper() = 'office' AND postal_office() IN (office_id, taken_at))
    OR (postal_keeper() = 'courier' AND courier_id = postal_person())
    OR (postal_keeper() = 'agency' AND channel = 'agency' AND agency_id = postal_agency())
    OR (postal_kind() = 'citizen' AND door = postal_name()));
CREATE POLICY written ON pickup FOR INSERT TO postal_app WITH CHECK (
    postal_service()
    OR (postal_keeper() = 'office' AND channel = 'clerk' AND taken_at = postal_office())
    OR (postal_keeper() = 'agency' AND channel = 'agency' AND agency_id = postal_agency())
    OR (postal_kind() = 'citizen' AND door = postal_name()));
-- what the new row may be is for SEEN to say: an order that goes on to another office is still
-- seen by the one that took it
CREATE POLICY moved ON pickup FOR UPDATE TO postal_app USING (
    postal_service()
    OR (postal_keeper() = 'office' AND postal_office() IN (office_id, taken_at))
    OR (postal_keeper() = 'courier' AND courier_id = postal_person())
    OR (postal_keeper() = 'agency' AND channel = 'agency' AND agency_id = postal_agency())
    OR (postal_kind() = 'citizen' AND door = postal_name()));
CREATE POLICY seen ON pickup_event FOR SELECT TO postal_app
    USING (postal_reads_all() OR EXISTS (SELECT FROM pickup p WHERE p.id = pickup_id));
CREATE POLICY written ON pickup_event FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR EXISTS (SELECT FROM pickup p WHERE p.id = pickup_id));
CREATE POLICY taken ON pickup_news FOR SELECT TO postal_app USING (postal_reads_all());
CREATE POLICY locked ON pickup_news FOR UPDATE TO postal_app USING (postal_service());
CREATE POLICY heard ON pickup_news FOR DELETE TO postal_app USING (postal_service());
CREATE POLICY owed ON pickup_news FOR INSERT TO postal_app WITH CHECK (true);
CREATE POLICY seen ON pickup_sheet FOR SELECT TO postal_app
    USING (postal_reads_all() OR EXISTS (SELECT FROM pickup p WHERE p.id = pickup_id));
CREATE POLICY written ON pickup_sheet FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR EXISTS (SELECT FROM pickup p WHERE p.id = pickup_id));

GRANT SELECT, INSERT ON pickup, pickup_event, pickup_sheet TO postal_app;
GRANT UPDATE (state, office_id, placed, courier_id, ride_on, ride_half) ON pickup TO postal_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON pickup_news TO postal_app;

-- The citizen behind an order, to those who see the order; never to a manager.
CREATE POLICY sender ON party FOR SELECT TO postal_app USING (
    postal_role() <> 'manager' AND EXISTS (SELECT FROM pickup o WHERE o.party_id = party.id));
CREATE POLICY wrote_herself ON party FOR INSERT TO postal_app
    WITH CHECK (postal_kind() = 'citizen');
CREATE POLICY drawn_by_citizens ON daily_serial TO postal_app
    USING (postal_kind() = 'citizen' AND series = 'NH')
    WITH CHECK (postal_kind() = 'citizen' AND series = 'NH');
-- a courier takes her office's blanks to doors
CREATE POLICY carried ON reserved_number FOR SELECT TO postal_app
    USING (postal_keeper() = 'courier' AND office_id = postal_office());
CREATE POLICY carried ON outage_pack FOR SELECT TO postal_app
    USING (postal_keeper() = 'courier' AND office_id = postal_office());

-- How long what she told of herself is kept.
ALTER TABLE retention
    DROP CONSTRAINT retention_kind_check,
    ADD CONSTRAINT retention_kind_check CHECK (kind ~ '^[a-z_]{1,30}$');
INSERT INTO retention (kind, days, counted, valid_from, demo) VALUES
    ('pickup', 180, 'từ khi yêu cầu đón hồ sơ kết thúc', '2018-01-01', true),
    ('pickup_asked', 1, 'từ khi đặt trên trang mà không xác nhận', '2018-01-01', true);

-- Whose couriers could go: asked for by agencies and citizens too, who see nobody's staff.
CREATE FUNCTION offices_that_ride() RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT DISTINCT office_id FROM person WHERE role = 'courier' AND active $$;

-- The number of an open order of the same telephone and day, wherever it was taken. It looks for
-- the counter, and for a citizen whose telephone has answered; an agency is told of its own alone.
CREATE FUNCTION open_pickup_of(mark bytea, wanted date, but bigint) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT o.number
            FROM party p
            JOIN pickup o ON o.party_id = p.id
           WHERE p.phone_index = mark AND coalesce(o.ride_on, o.day) = wanted
             AND o.state IN ('new', 'accepted', 'unsuccessful')
             AND o.id IS DISTINCT FROM but
             AND (postal_service() OR postal_keeper() = 'office' OR postal_kind() = 'citizen'
                  OR (o.channel = 'agency' AND o.agency_id = postal_agency()))
           ORDER BY o.id
           LIMIT 1 $$;
