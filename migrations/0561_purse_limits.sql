-- How much of other people's money a courier carries, may carry, and who let him carry more, once.

-- What to_collect adds up, line by line.
CREATE FUNCTION due_with(dossier bigint, with_leg text) RETURNS jsonb LANGUAGE sql STABLE
    AS $$ SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'amount_vnd', amount_vnd)
                                    ORDER BY id), '[]')
            FROM charge
           WHERE dossier_id = dossier AND leg = with_leg AND moment = 'on_delivery'
             AND voided_at IS NULL AND paid_by IS NULL AND NOT unbooked $$;

-- What one courier of an office holds, for himself and for that office.
CREATE FUNCTION purse_of(office bigint, courier bigint) RETURNS bigint LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        IF NOT (postal_overlooks() OR courier = postal_person()
                OR (postal_keeper() = 'office' AND office = postal_office())) THEN
            RETURN 0;
        END IF;
        RETURN (SELECT coalesce(sum(p.amount_vnd), 0)::bigint
                  FROM account a
                  JOIN posting p ON p.account_id = a.id
                 WHERE a.kind = 'purse' AND a.office_id = office AND a.person_id = courier);
    END $$;

-- What he has taken and not paid in: the lines since his purse was empty last.
CREATE FUNCTION lines_of_purse(office bigint, courier bigint)
    RETURNS TABLE (entry_id bigint, kind text, key uuid, means text, at timestamptz,
                   posted_at timestamptz, office_code text, receipt_day date, receipt_no integer,
                   ref text, by_whom text, other text, why text, reversed boolean,
                   state_fee bigint, state_charge bigint, postage bigint, collection bigint,
                   cod bigint, cash bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ DECLARE pocket bigint;
    BEGIN
        SELECT a.id INTO pocket FROM account a
         WHERE a.kind = 'purse' AND a.office_id = office AND a.person_id = courier
           AND (postal_overlooks() OR courier = postal_person()
                OR (postal_keeper() = 'office' AND office = postal_office()));
        IF NOT FOUND THEN
            RETURN;
        END IF;
        RETURN QUERY
        SELECT m.* FROM money_lines(
            ARRAY(WITH put AS (
                      SELECT p.entry_id AS id, sum(p.amount_vnd) AS vnd
                        FROM posting p WHERE p.account_id = pocket GROUP BY p.entry_id
                  ), held AS (
                      SELECT put.id, sum(put.vnd) OVER (ORDER BY put.id) AS vnd FROM put
                  )
                  SELECT held.id FROM held
                   WHERE held.id > (SELECT coalesce(max(h.id), 0) FROM held h WHERE h.vnd = 0)),
            pocket) m;
    END $$;

-- Dated: the newest day that has come holds. The courier's own before his office's, his office's
-- before everybody's.
CREATE TABLE purse_limit (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    office_id bigint      REFERENCES office,
    person_id bigint      REFERENCES person,
    from_day  date        NOT NULL,
    limit_vnd bigint      NOT NULL CHECK (limit_vnd BETWEEN 1 AND 10000000000),
    -- an invented figure, until somebody who answers for it has set one
    demo      boolean     NOT NULL DEFAULT false,
    set_by    bigint      REFERENCES person,
    set_at    timestamptz NOT NULL,
    CHECK (person_id IS NULL OR office_id IS NOT NULL),
    CHECK (demo OR set_by IS NOT NULL),
    CONSTRAINT purse_limit_once UNIQUE NULLS NOT DISTINCT (office_id, person_id, from_day)
);
INSERT INTO purse_limit (from_day, limit_vnd, demo, set_at)
VALUES ('2018-01-01', 5000000, true, now());

-- Append-only but for its use.
CREATE TABLE purse_leave (
    -- drawn by the page
    id        uuid        PRIMARY KEY,
    office_id bigint      NOT NULL REFERENCES office,
    person_id bigint      NOT NULL REFERENCES person,
    given_by  bigint      NOT NULL REFERENCES person,
    given_at  timestamptz NOT NULL,
    why       text        NOT NULL CHECK (length(why) BETWEEN 1 AND 300),
    -- the list it let go, by its form
    used_for  uuid        UNIQUE,
    used_at   timestamptz,
    CHECK (given_by <> person_id),
    CHECK ((used_for IS NULL) = (used_at IS NULL))
);
CREATE INDEX purse_leave_person ON purse_leave (person_id, given_at);

-- Append-only. How a courier's pay-in was counted: the receipt both sign says it note by note.
CREATE TABLE purse_count (
    entry_id bigint PRIMARY KEY REFERENCES entry,
    held_vnd bigint NOT NULL,
    notes    jsonb  NOT NULL
);

ALTER TABLE purse_limit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON purse_limit TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON purse_limit FOR SELECT TO postal_app
    USING (postal_overlooks() OR office_id IS NULL OR person_id = postal_person()
           OR office_id = postal_office());
CREATE POLICY written ON purse_limit FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'manager'
                OR (postal_role() = 'supervisor' AND office_id = postal_office()
                    AND set_by = postal_person()));

ALTER TABLE purse_leave ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON purse_leave TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON purse_leave FOR SELECT TO postal_app
    USING (postal_overlooks() OR person_id = postal_person()
           OR (postal_keeper() = 'office' AND office_id = postal_office()));
CREATE POLICY written ON purse_leave FOR INSERT TO postal_app
    WITH CHECK (postal_service()
                OR (postal_role() = 'supervisor' AND office_id = postal_office()
                    AND given_by = postal_person()));
CREATE POLICY used ON purse_leave FOR UPDATE TO postal_app
    USING (postal_service() OR (postal_keeper() = 'office' AND office_id = postal_office()));

ALTER TABLE purse_count ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON purse_count TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON purse_count FOR SELECT TO postal_app
    USING (postal_overlooks() OR EXISTS (SELECT 1 FROM entry e WHERE e.id = purse_count.entry_id));
CREATE POLICY written ON purse_count FOR INSERT TO postal_app
    WITH CHECK (postal_service()
                OR EXISTS (SELECT 1 FROM entry e
                            WHERE e.id = purse_count.entry_id AND e.person_id = postal_person()));

GRANT SELECT, INSERT ON purse_limit, purse_leave, purse_count TO postal_app;
GRANT UPDATE (used_for, used_at) ON purse_leave TO postal_app;
