-- A clerk's shift at the till, from the first money in it to the count that empties it.

CREATE TABLE till_shift (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    office_id    bigint      NOT NULL REFERENCES office,
    person_id    bigint      NOT NULL REFERENCES person,
    -- of the books: a shift that is left open overnight is closed for the day it was opened
    day          date        NOT NULL,
    opened_at    timestamptz NOT NULL,
    -- drawn by the page: the second press finds the first's
    closing_id   uuid        UNIQUE,
    closed_at    timestamptz,
    -- herself, or the supervisor who counted for one who is absent
    closed_by    bigint      REFERENCES person,
    -- what the books said, what was counted, and how many of each note
    expected_vnd bigint,
    counted_vnd  bigint      CHECK (counted_vnd >= 0),
    notes        jsonb,
    why          text        NOT NULL DEFAULT '' CHECK (length(why) <= 300),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CHECK ((closed_at IS NULL) = (closing_id IS NULL)),
    CHECK ((closed_at IS NULL) = (counted_vnd IS NULL)),
    CHECK ((closed_at IS NULL) = (expected_vnd IS NULL)),
    CHECK ((closed_at IS NULL) = (notes IS NULL)),
    CHECK (expected_vnd = counted_vnd OR why <> '')
);
-- one drawer, one count: whatever comes in lies in the shift that is open
CREATE UNIQUE INDEX till_shift_open ON till_shift (office_id, person_id) WHERE closed_at IS NULL;
CREATE INDEX till_shift_person ON till_shift (person_id, id);
CREATE INDEX till_shift_office ON till_shift (office_id, day);

-- Append-only. Which entries moved the money of a shift.
CREATE TABLE till_line (
    shift_id bigint NOT NULL REFERENCES till_shift,
    entry_id bigint NOT NULL REFERENCES entry,
    PRIMARY KEY (shift_id, entry_id)
);
CREATE INDEX till_line_entry ON till_line (entry_id);

-- The first day from this one on that the office has not closed.
CREATE FUNCTION open_day(office bigint, wanted date) RETURNS date LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        WHILE EXISTS (SELECT 1 FROM receipt_day r
                       WHERE r.office_id = office AND r.day = wanted AND r.closed_at IS NOT NULL) LOOP
            wanted := wanted + 1;
        END LOOP;
        RETURN wanted;
    END $$;

-- A shift opens itself with the first money, so that no queue ever waits for it. Written by the
-- database, so that no statement can forget it. Whoever closes holds the shift's row: money that
-- comes in meanwhile waits here, finds it closed, and opens the next.
CREATE FUNCTION note_till_lines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ DECLARE put record; shift bigint;
    BEGIN
        FOR put IN
            SELECT DISTINCT a.office_id, a.person_id, p.entry_id, e.posted_at
              FROM added p
              JOIN account a ON a.id = p.account_id AND a.kind = 'till'
              JOIN entry e ON e.id = p.entry_id
             ORDER BY a.office_id, a.person_id, p.entry_id
        LOOP
            SELECT s.id INTO shift FROM till_shift s
             WHERE s.office_id = put.office_id AND s.person_id = put.person_id
               AND s.closed_at IS NULL
               FOR NO KEY UPDATE;
            IF NOT FOUND THEN
                INSERT INTO till_shift AS s (office_id, person_id, day, opened_at)
                VALUES (put.office_id, put.person_id,
                        open_day(put.office_id,
                                 (put.posted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date),
                        put.posted_at)
                    ON CONFLICT (office_id, person_id) WHERE closed_at IS NULL
                    DO UPDATE SET opened_at = s.opened_at
                RETURNING s.id INTO shift;
            END IF;
            INSERT INTO till_line (shift_id, entry_id) VALUES (shift, put.entry_id);
        END LOOP;
        RETURN NULL;
    END $$;
CREATE TRIGGER postings_open_shifts AFTER INSERT ON posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_till_lines();

-- A closed till is empty, whoever closes it, and stays closed.
CREATE FUNCTION shifts_close_empty() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        IF OLD.closed_at IS NOT NULL
           OR (NEW.office_id, NEW.person_id, NEW.day) <> (OLD.office_id, OLD.person_id, OLD.day) THEN
            RAISE EXCEPTION 'a closed shift is never re-opened' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'till_shift_stays';
        END IF;
        IF NEW.closed_at IS NOT NULL
           AND 0 <> (SELECT coalesce(sum(p.amount_vnd), 0)
                       FROM till_line l
                       JOIN posting p ON p.entry_id = l.entry_id
                       JOIN account a ON a.id = p.account_id
                      WHERE l.shift_id = NEW.id AND a.kind = 'till'
                        AND a.office_id = NEW.office_id AND a.person_id = NEW.person_id) THEN
            RAISE EXCEPTION 'money is left in the till of a shift that closes'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'till_shift_empty';
        END IF;
        RETURN NEW;
    END $$;
CREATE TRIGGER till_shift_closes BEFORE UPDATE ON till_shift
    FOR EACH ROW EXECUTE FUNCTION shifts_close_empty();

-- Entries with what they moved: amounts by kind as they were paid (below nothing: given back), and
-- what came into one account. As its owner, for the two functions below alone.
CREATE FUNCTION money_lines(entries bigint[], pocket bigint)
    RETURNS TABLE (entry_id bigint, kind text, key uuid, means text, at timestamptz,
                   posted_at timestamptz, office_code text, receipt_day date, receipt_no integer,
                   ref text, by_whom text, other text, why text, reversed boolean,
                   state_fee bigint, state_charge bigint, postage bigint, collection bigint,
                   cod bigint, cash bigint)
    LANGUAGE sql STABLE
    AS $$ SELECT e.id, e.kind, e.key, e.means, e.at, e.posted_at, o.code, e.receipt_day, e.receipt_no,
                 d.ref, w.full_name, q.full_name, e.why,
                 EXISTS (SELECT 1 FROM entry r WHERE r.reverses = e.id),
                 coalesce(-sum(p.amount_vnd) FILTER (WHERE c.kind = 'state_fee'), 0)::bigint,
                 coalesce(-sum(p.amount_vnd) FILTER (WHERE c.kind = 'state_charge'), 0)::bigint,
                 coalesce(-sum(p.amount_vnd) FILTER (
                     WHERE c.kind IN ('postage_out', 'postage_back')), 0)::bigint,
                 coalesce(-sum(p.amount_vnd) FILTER (WHERE c.kind = 'collection'), 0)::bigint,
                 coalesce(-sum(p.amount_vnd) FILTER (WHERE c.kind = 'cod'), 0)::bigint,
                 coalesce(sum(p.amount_vnd) FILTER (WHERE p.account_id = pocket), 0)::bigint
            FROM unnest(entries) AS wanted (id)
            JOIN entry e ON e.id = wanted.id
            JOIN posting p ON p.entry_id = e.id
            JOIN person w ON w.id = e.person_id
            LEFT JOIN charge c ON c.id = p.charge_id
            LEFT JOIN office o ON o.id = e.office_id
            LEFT JOIN person q ON q.id = e.other_id
            LEFT JOIN dossier d ON d.id = e.dossier_id
           GROUP BY e.id, o.code, d.ref, w.full_name, q.full_name
           ORDER BY e.id $$;
REVOKE EXECUTE ON FUNCTION money_lines(bigint[], bigint) FROM PUBLIC;

-- A shift's lines, for whoever may see the shift: a clerk who has moved on still sees what she took.
-- What came by transfer while it lasted stands beside the cash, and brings the till nothing.
CREATE FUNCTION lines_of_shift(wanted bigint)
    RETURNS TABLE (entry_id bigint, kind text, key uuid, means text, at timestamptz,
                   posted_at timestamptz, office_code text, receipt_day date, receipt_no integer,
                   ref text, by_whom text, other text, why text, reversed boolean,
                   state_fee bigint, state_charge bigint, postage bigint, collection bigint,
                   cod bigint, cash bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ DECLARE s till_shift;
    BEGIN
        SELECT * INTO s FROM till_shift t
         WHERE t.id = wanted
           AND (postal_overlooks() OR t.person_id = postal_person()
                OR (postal_keeper() = 'office' AND t.office_id = postal_office()));
        IF NOT FOUND THEN
            RETURN;
        END IF;
        RETURN QUERY
        SELECT m.* FROM money_lines(
            ARRAY(SELECT l.entry_id FROM till_line l WHERE l.shift_id = s.id
                   UNION
                  SELECT e.id FROM entry e
                   WHERE e.person_id = s.person_id AND e.office_id = s.office_id
                     AND e.means = 'transfer' AND e.posted_at >= s.opened_at
                     AND e.posted_at < coalesce(s.closed_at, 'infinity')),
            (SELECT a.id FROM account a
              WHERE a.kind = 'till' AND a.office_id = s.office_id AND a.person_id = s.person_id)) m;
    END $$;

-- What was in tills before there were shifts.
INSERT INTO till_shift (office_id, person_id, day, opened_at)
SELECT a.office_id, a.person_id,
       open_day(a.office_id, (min(e.posted_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date),
       min(e.posted_at)
  FROM account a
  JOIN posting p ON p.account_id = a.id
  JOIN entry e ON e.id = p.entry_id
 WHERE a.kind = 'till'
 GROUP BY a.office_id, a.person_id;
INSERT INTO till_line (shift_id, entry_id)
SELECT DISTINCT s.id, p.entry_id
  FROM till_shift s
  JOIN account a ON a.kind = 'till' AND a.office_id = s.office_id AND a.person_id = s.person_id
  JOIN posting p ON p.account_id = a.id;

ALTER TABLE till_shift ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON till_shift TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON till_shift FOR SELECT TO postal_app
    USING (postal_overlooks() OR person_id = postal_person()
           OR (postal_keeper() = 'office' AND office_id = postal_office()));
CREATE POLICY written ON till_shift FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR person_id = postal_person());
-- herself wherever she works now, or her office's supervisor
CREATE POLICY closed ON till_shift FOR UPDATE TO postal_app
    USING (postal_service() OR person_id = postal_person()
           OR (postal_role() = 'supervisor' AND office_id = postal_office()));

ALTER TABLE till_line ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON till_line TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON till_line FOR SELECT TO postal_app
    USING (postal_overlooks() OR EXISTS (SELECT 1 FROM till_shift s WHERE s.id = till_line.shift_id));

GRANT SELECT, INSERT ON till_shift TO postal_app;
GRANT UPDATE (closing_id, closed_at, closed_by, expected_vnd, counted_vnd, notes, why)
    ON till_shift TO postal_app;
GRANT SELECT ON till_line TO postal_app;
