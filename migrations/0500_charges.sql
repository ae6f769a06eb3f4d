-- What a dossier costs, line by line, and the books that say who paid it and who holds the money.

-- Both tables begin empty, or with one row for each old column of a small table.
-- The columns of the intake become lines: the version before does not run on this schema.
-- squawk-ignore-file require-concurrent-index-creation, constraint-missing-not-valid, ban-drop-column

-- Whose money an amount is at one moment: a till, a courier's purse, the safe, an agency's due.
CREATE TABLE account (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- till, purse, safe, bank: where money lies. state_held, cod_held: what an agency is owed, never
    -- netted against postage and collection, which the post earned. difference: what a count missed
    -- or found. suspense: money that came in and names nothing.
    kind      text   NOT NULL CHECK (kind IN (
        'till', 'purse', 'safe', 'bank', 'state_held', 'cod_held', 'postage', 'collection',
        'difference', 'suspense')),
    office_id bigint REFERENCES office,
    person_id bigint REFERENCES person,
    agency_id bigint REFERENCES agency,
    CONSTRAINT account_owner UNIQUE NULLS NOT DISTINCT (kind, office_id, person_id, agency_id),
    CHECK ((kind IN ('till', 'purse', 'difference')) = (person_id IS NOT NULL)),
    CHECK ((kind IN ('state_held', 'cod_held')) = (agency_id IS NOT NULL)),
    CHECK (kind NOT IN ('till', 'purse', 'safe', 'postage', 'collection') OR office_id IS NOT NULL)
);

-- Receipt numbers of an office's day. A closed day gives no more: what comes late gets a number of
-- the next open day and shows its paper's time.
CREATE TABLE receipt_day (
    office_id bigint  NOT NULL REFERENCES office,
    day       date    NOT NULL,
    last_no   integer NOT NULL DEFAULT 0 CHECK (last_no >= 0),
    closed_at timestamptz,
    closed_by bigint  REFERENCES person,
    PRIMARY KEY (office_id, day),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL))
);

-- Append-only: a mistake is reversed by another entry and another person.
CREATE TABLE entry (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text        NOT NULL CHECK (kind IN (
        'collect', 'refund', 'float', 'pay_in', 'difference', 'bank_in', 'match', 'settle',
        'reverse')),
    -- drawn by the form or the phone: what is sent twice is written once
    key         uuid        NOT NULL,
    -- the paper's or the phone's time, and the books'
    at          timestamptz NOT NULL,
    posted_at   timestamptz NOT NULL,
    office_id   bigint      REFERENCES office,
    -- who answers for it, and the other one where cash changes hands
    person_id   bigint      NOT NULL REFERENCES person,
    other_id    bigint      REFERENCES person,
    dossier_id  bigint      REFERENCES dossier,
    agency_id   bigint      REFERENCES agency,
    means       text        NOT NULL CHECK (means IN ('cash', 'transfer', 'none')),
    receipt_day date,
    receipt_no  integer     CHECK (receipt_no > 0),
    reverses    bigint      UNIQUE REFERENCES entry,
    why         text        NOT NULL DEFAULT '' CHECK (length(why) <= 300),
    CONSTRAINT entry_once UNIQUE (kind, key),
    CONSTRAINT entry_receipt UNIQUE (office_id, receipt_day, receipt_no),
    CHECK ((receipt_day IS NULL) = (receipt_no IS NULL)),
    CHECK (receipt_no IS NULL OR office_id IS NOT NULL),
    CHECK ((kind = 'reverse') = (reverses IS NOT NULL)),
    CHECK (kind <> 'reverse' OR why <> ''),
    CHECK (posted_at >= at - interval '1 day')
);
CREATE INDEX entry_dossier ON entry (dossier_id) WHERE dossier_id IS NOT NULL;
CREATE INDEX entry_person ON entry (person_id, posted_at);
CREATE INDEX entry_other ON entry (other_id, posted_at) WHERE other_id IS NOT NULL;
CREATE INDEX entry_agency ON entry (agency_id, posted_at) WHERE agency_id IS NOT NULL;
CREATE INDEX entry_office ON entry (office_id, posted_at);

-- What a citizen is asked for. Whole đồng; an amount of nothing is no line.
CREATE TABLE charge (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- drawn by the page that asks for it; what is opened with something else has none
    key        uuid        UNIQUE,
    dossier_id bigint      NOT NULL REFERENCES dossier,
    kind       text        NOT NULL CHECK (kind IN (
        'state_fee', 'state_charge', 'postage_out', 'postage_back', 'collection', 'cod')),
    -- the leg it belongs to: what is due on delivery is due when this leg is handed over
    leg        text        NOT NULL CHECK (leg IN ('F', 'S', 'R', 'B', 'O')),
    payer      text        NOT NULL CHECK (payer IN ('applicant', 'receiver')),
    moment     text        NOT NULL CHECK (moment IN ('before', 'on_delivery', 'exempt')),
    amount_vnd bigint      NOT NULL CHECK (amount_vnd BETWEEN 1 AND 10000000000),
    -- on whose behalf it is held; NULL: the post's own
    agency_id  bigint      REFERENCES agency,
    -- the ground of an exemption
    why        text        NOT NULL DEFAULT '' CHECK (length(why) <= 300),
    opened_at  timestamptz NOT NULL,
    opened_by  bigint      NOT NULL REFERENCES person,
    -- the entry that paid it; a reversal opens it again
    paid_by    bigint      REFERENCES entry,
    -- taken before there were books
    unbooked   boolean     NOT NULL DEFAULT false,
    voided_at  timestamptz,
    voided_by  bigint      REFERENCES person,
    CHECK ((agency_id IS NOT NULL) = (kind IN ('state_fee', 'state_charge', 'cod'))),
    CHECK (moment <> 'exempt' OR (agency_id IS NOT NULL AND why <> '' AND paid_by IS NULL)),
    CHECK ((voided_at IS NULL) = (voided_by IS NULL)),
    CHECK (voided_at IS NULL OR paid_by IS NULL)
);
CREATE INDEX charge_dossier ON charge (dossier_id);
CREATE INDEX charge_paid ON charge (paid_by) WHERE paid_by IS NOT NULL;

-- Signed: what comes into an account is above nothing, what goes out below; an entry adds to zero.
CREATE TABLE posting (
    entry_id   bigint   NOT NULL REFERENCES entry,
    line       smallint NOT NULL CHECK (line > 0),
    account_id bigint   NOT NULL REFERENCES account,
    amount_vnd bigint   NOT NULL
        CHECK (amount_vnd <> 0 AND abs(amount_vnd) <= 1000000000000),
    dossier_id bigint   REFERENCES dossier,
    charge_id  bigint   REFERENCES charge,
    PRIMARY KEY (entry_id, line)
);
CREATE INDEX posting_account ON posting (account_id, entry_id);
CREATE INDEX posting_charge ON posting (charge_id) WHERE charge_id IS NOT NULL;
CREATE INDEX posting_dossier ON posting (dossier_id) WHERE dossier_id IS NOT NULL;

-- The books balance entry by entry, whoever writes: not even the owner's hand gets past it.
CREATE FUNCTION entries_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        IF EXISTS (SELECT 1 FROM posting p WHERE p.entry_id IN (SELECT entry_id FROM added)
                    GROUP BY p.entry_id HAVING sum(p.amount_vnd) <> 0) THEN
            RAISE EXCEPTION 'an entry does not add to zero' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'entry_balances';
        END IF;
        -- all of its lines in one statement: nothing is slipped under an entry afterwards
        IF EXISTS (SELECT 1
                     FROM (SELECT entry_id, count(*) AS n FROM added GROUP BY entry_id) a
                    CROSS JOIN LATERAL (SELECT count(*) AS n FROM posting p
                                         WHERE p.entry_id = a.entry_id) p
                    WHERE p.n <> a.n) THEN
            RAISE EXCEPTION 'an entry is whole when it is written' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'entry_is_whole';
        END IF;
        IF EXISTS (SELECT 1 FROM added a JOIN entry e ON e.id = a.entry_id
                     JOIN entry o ON o.id = e.reverses
                    WHERE o.person_id = e.person_id OR o.kind = 'reverse'
                       OR EXISTS ((SELECT account_id, charge_id, amount_vnd FROM posting
                                    WHERE entry_id = o.id
                                   EXCEPT ALL
                                   SELECT account_id, charge_id, -amount_vnd FROM posting
                                    WHERE entry_id = e.id)
                                  UNION ALL
                                  (SELECT account_id, charge_id, -amount_vnd FROM posting
                                    WHERE entry_id = e.id
                                   EXCEPT ALL
                                   SELECT account_id, charge_id, amount_vnd FROM posting
                                    WHERE entry_id = o.id))) THEN
            RAISE EXCEPTION 'a reversal takes a second person, and all of the entry'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'reversal_mirrors';
        END IF;
        RETURN NULL;
    END $$;
CREATE TRIGGER postings_balance AFTER INSERT ON posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION entries_balance();

CREATE FUNCTION entry_has_postings() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        IF NOT EXISTS (SELECT 1 FROM posting WHERE entry_id = NEW.id) THEN
            RAISE EXCEPTION 'entry % says nothing', NEW.id USING ERRCODE = 'check_violation',
                CONSTRAINT = 'entry_says_something';
        END IF;
        RETURN NULL;
    END $$;
CREATE CONSTRAINT TRIGGER entry_says_something AFTER INSERT ON entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_has_postings();

CREATE FUNCTION books_stand() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END $$;
CREATE TRIGGER entry_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION books_stand();
CREATE TRIGGER posting_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
    FOR EACH STATEMENT EXECUTE FUNCTION books_stand();
-- also where a session plays a replica's part
ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_stands;
ALTER TABLE posting ENABLE ALWAYS TRIGGER posting_stands, ENABLE ALWAYS TRIGGER postings_balance;

-- A day that was closed stays closed, and its numbers with it.
CREATE FUNCTION receipt_days_stay() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN
        IF OLD.closed_at IS NOT NULL OR NEW.last_no < OLD.last_no
           OR (NEW.office_id, NEW.day) <> (OLD.office_id, OLD.day) THEN
            RAISE EXCEPTION 'a closed day is never re-opened' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'receipt_day_stays';
        END IF;
        RETURN NEW;
    END $$;
CREATE TRIGGER receipt_day_stays BEFORE UPDATE ON receipt_day
    FOR EACH ROW EXECUTE FUNCTION receipt_days_stay();

-- What a dossier costs, by kind; nothing that was voided or exempt.
CREATE FUNCTION money_of(dossier bigint)
    RETURNS TABLE (le_phi_vnd bigint, phi_vnd bigint, postage_out_vnd bigint, postage_back_vnd bigint,
                   collection_vnd bigint, cod_vnd bigint, before_vnd bigint, later_vnd bigint)
    LANGUAGE sql STABLE
    AS $$ SELECT coalesce(sum(amount_vnd) FILTER (WHERE kind = 'state_fee'), 0)::bigint,
                 coalesce(sum(amount_vnd) FILTER (WHERE kind = 'state_charge'), 0)::bigint,
                 coalesce(sum(amount_vnd) FILTER (WHERE kind = 'postage_out'), 0)::bigint,
                 coalesce(sum(amount_vnd) FILTER (WHERE kind = 'postage_back'), 0)::bigint,
                 coalesce(sum(amount_vnd) FILTER (WHERE kind = 'collection'), 0)::bigint,
                 coalesce(sum(amount_vnd) FILTER (WHERE kind = 'cod'), 0)::bigint,
                 coalesce(sum(amount_vnd) FILTER (WHERE moment = 'before'), 0)::bigint,
                 coalesce(sum(amount_vnd) FILTER (WHERE moment = 'on_delivery'), 0)::bigint
            FROM charge
           WHERE dossier_id = dossier AND voided_at IS NULL AND moment <> 'exempt' $$;
-- What is still to be paid when this leg is handed over.
CREATE FUNCTION to_collect(dossier bigint, with_leg text) RETURNS TABLE (collect_vnd bigint)
    LANGUAGE sql STABLE
    AS $$ SELECT coalesce(sum(amount_vnd), 0)::bigint
            FROM charge
           WHERE dossier_id = dossier AND leg = with_leg AND moment = 'on_delivery'
             AND voided_at IS NULL AND paid_by IS NULL AND NOT unbooked $$;

-- The lines that stood on the intake. What was taken before there were books is in none.
INSERT INTO charge (dossier_id, kind, leg, payer, moment, amount_vnd, agency_id, opened_at, opened_by,
                    unbooked)
SELECT i.dossier_id, line.kind, line.leg, line.payer, line.moment, line.vnd,
       CASE WHEN line.kind LIKE 'state%' THEN d.agency_id END, d.accepted_at, i.clerk_id,
       line.moment = 'before' OR EXISTS (SELECT 1 FROM consignment c
                                          WHERE c.dossier_id = d.id AND c.leg = 'R'
                                            AND c.stage = 'delivered')
  FROM intake i
  JOIN dossier d ON d.id = i.dossier_id
 CROSS JOIN LATERAL (VALUES
       ('state_fee', 'F', 'applicant', 'before', i.le_phi_vnd),
       ('state_charge', 'F', 'applicant', 'before', i.phi_vnd),
       ('postage_out', 'F', 'applicant', 'before', i.postage_out_vnd),
       ('postage_back', 'R', 'receiver', 'on_delivery', i.postage_back_vnd)
       ) AS line (kind, leg, payer, moment, vnd)
 WHERE line.vnd > 0;
ALTER TABLE intake
    DROP COLUMN le_phi_vnd, DROP COLUMN phi_vnd,
    DROP COLUMN postage_out_vnd, DROP COLUMN postage_back_vnd;

GRANT SELECT, INSERT ON account, entry, posting TO postal_app;
GRANT SELECT, INSERT, UPDATE (last_no, closed_at, closed_by) ON receipt_day TO postal_app;
GRANT SELECT, INSERT, UPDATE (paid_by, voided_at, voided_by) ON charge TO postal_app;
