-- What lies at an office at the end of the day: beeped, held against the register, signed for.

CREATE TABLE evening_count (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    office_id  bigint      NOT NULL REFERENCES office,
    day        date        NOT NULL,
    begun_at   timestamptz NOT NULL,
    begun_by   bigint      NOT NULL REFERENCES person,
    -- beginning anew opens the next turn: what was beeped before stays, and counts no more
    turn       smallint    NOT NULL DEFAULT 1 CHECK (turn BETWEEN 1 AND 1000),
    -- drawn by the page: the second press finds the first's
    closing_id uuid        UNIQUE,
    closed_at  timestamptz,
    closed_by  bigint      REFERENCES person,
    -- in the words of a closed list, where something is missing
    why        text        CHECK (why IN ('searched', 'with_courier', 'in_bag', 'unreadable', 'handed_out')),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CHECK ((closed_at IS NULL) = (closing_id IS NULL)),
    CHECK (why IS NULL OR closed_at IS NOT NULL),
    -- two clerks at once add to one count
    UNIQUE (office_id, day)
);

-- Append-only. What was beeped, and what the register said of that moment.
CREATE TABLE evening_beep (
    -- drawn by the machine that beeped: sent again, it is recognised
    id        uuid        PRIMARY KEY,
    count_id  bigint      NOT NULL REFERENCES evening_count,
    turn      smallint    NOT NULL,
    s10       text        NOT NULL CHECK (s10 ~ '^[A-Z]{2}\d{9}[A-Z]{2}$'),
    said      text        NOT NULL CHECK (said IN ('here', 'elsewhere', 'unknown')),
    at        timestamptz NOT NULL,
    heard_at  timestamptz NOT NULL,
    person_id bigint      NOT NULL REFERENCES person,
    UNIQUE (count_id, turn, s10)
);

-- Append-only. What a closed count came to, paper by paper.
CREATE TABLE evening_line (
    count_id       bigint   NOT NULL REFERENCES evening_count,
    ordinal        smallint NOT NULL CHECK (ordinal > 0),
    s10            text     NOT NULL,
    -- none: nobody at this office may know whose it is
    consignment_id bigint   REFERENCES consignment,
    -- gone: it was here when it was beeped, and left in the usual way before the count was closed
    outcome        text     NOT NULL CHECK (outcome IN ('found', 'gone', 'missing', 'extra')),
    -- of the incident it opened; none where one stood already
    cause          uuid     UNIQUE,
    CHECK (cause IS NULL OR outcome IN ('missing', 'extra')),
    PRIMARY KEY (count_id, ordinal),
    UNIQUE (count_id, s10)
);
CREATE INDEX evening_line_extra ON evening_line (s10) WHERE outcome = 'extra';

ALTER TABLE evening_count ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE evening_beep ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE evening_line ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON evening_count TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY owner ON evening_beep TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY owner ON evening_line TO CURRENT_USER USING (true) WITH CHECK (true);

-- Whether a count is the asker's own office's.
CREATE FUNCTION postal_counts(counted bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        RETURN postal_keeper() = 'office'
           AND EXISTS (SELECT 1 FROM evening_count n
                        WHERE n.id = counted AND n.office_id = postal_keeper_id());
    END $$;
-- Whether a paper that another office found too many is the asker's to answer for.
CREATE FUNCTION postal_misses(number text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        RETURN EXISTS (SELECT 1 FROM consignment c
                        WHERE c.s10 = number
                          AND (c.office_id = postal_office()
                               OR (c.holder_kind = postal_keeper() AND c.holder_id = postal_keeper_id())));
    END $$;
-- The same, asked of the incident that the find opened.
CREATE FUNCTION postal_misses_of(opened uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        RETURN EXISTS (SELECT 1 FROM evening_line l
                        WHERE l.cause = opened AND l.outcome = 'extra' AND postal_misses(l.s10));
    END $$;

CREATE POLICY seen ON evening_count FOR SELECT TO postal_app
    USING (postal_overlooks() OR (postal_keeper() = 'office' AND office_id = postal_keeper_id()));
CREATE POLICY written ON evening_count FOR INSERT TO postal_app
    WITH CHECK (postal_service()
                OR (postal_keeper() = 'office' AND office_id = postal_keeper_id()
                    AND begun_by = postal_person()));
CREATE POLICY closed ON evening_count FOR UPDATE TO postal_app
    USING (postal_service() OR (postal_keeper() = 'office' AND office_id = postal_keeper_id()));
CREATE POLICY seen ON evening_beep FOR SELECT TO postal_app
    USING (postal_overlooks() OR postal_counts(count_id));
CREATE POLICY written ON evening_beep FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR (person_id = postal_person() AND postal_counts(count_id)));
CREATE POLICY seen ON evening_line FOR SELECT TO postal_app
    USING (postal_overlooks() OR postal_counts(count_id) OR (outcome = 'extra' AND postal_misses(s10)));
CREATE POLICY written ON evening_line FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_counts(count_id));

GRANT SELECT, INSERT ON evening_count, evening_beep, evening_line TO postal_app;
GRANT UPDATE (turn, closing_id, closed_at, closed_by, why) ON evening_count TO postal_app;
