-- Bank transfers: what is awaited under which reference, and what the bank says has come in.

-- What a citizen was asked to transfer for one dossier. Its reference is what the bank brings back.
CREATE TABLE transfer_request (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- drawn by the page, or the intake's own: asked twice, asked once
    form_id    uuid        NOT NULL UNIQUE,
    -- no vowel, D or W: neither a keyboard of accents nor a bank's own letters change it
    reference  text        NOT NULL UNIQUE CHECK (reference ~ '^PT[0-9BCFGHJKLMNPQRSTVXZ]{8}$'),
    dossier_id bigint      NOT NULL REFERENCES dossier,
    -- whose receipt number it gets
    office_id  bigint      NOT NULL REFERENCES office,
    amount_vnd bigint      NOT NULL CHECK (amount_vnd BETWEEN 1 AND 100000000000),
    state      text        NOT NULL DEFAULT 'awaited' CHECK (state IN ('awaited', 'paid', 'cancelled')),
    asked_at   timestamptz NOT NULL,
    asked_by   bigint      NOT NULL REFERENCES person,
    ended_at   timestamptz,
    -- who gave it up; nobody where the money itself ended it
    ended_by   bigint      REFERENCES person,
    -- cash: paid at the counter instead. given_up: nobody waits for it. otherwise: its charges were
    -- paid or voided another way.
    why        text        CHECK (why IN ('cash', 'given_up', 'otherwise')),
    -- the entry that paid it
    entry_id   bigint      REFERENCES entry,
    CHECK ((state = 'awaited') = (ended_at IS NULL)),
    CHECK ((state = 'paid') = (entry_id IS NOT NULL)),
    CHECK ((state = 'cancelled') = (why IS NOT NULL))
);
CREATE INDEX transfer_request_dossier ON transfer_request (dossier_id);
CREATE INDEX transfer_request_awaited ON transfer_request (office_id, asked_at)
    WHERE state = 'awaited';
CREATE INDEX transfer_request_entry ON transfer_request (entry_id) WHERE entry_id IS NOT NULL;

-- The charges a request stands for. While it stands, no other request asks for them.
CREATE TABLE transfer_charge (
    request_id bigint  NOT NULL REFERENCES transfer_request,
    charge_id  bigint  NOT NULL REFERENCES charge,
    standing   boolean NOT NULL DEFAULT true,
    PRIMARY KEY (request_id, charge_id)
);
CREATE UNIQUE INDEX transfer_charge_once ON transfer_charge (charge_id) WHERE standing;

-- A charge that is paid or voided another way ends the request that stands for it: as the tables'
-- owner, so that no statement can forget it. Whoever pays by the request has ended it before.
CREATE FUNCTION charge_ends_transfers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        UPDATE transfer_request r
           SET state = 'cancelled', why = 'otherwise',
               ended_at = coalesce(NEW.voided_at,
                                   (SELECT posted_at FROM entry WHERE id = NEW.paid_by))
          FROM transfer_charge t
         WHERE t.charge_id = NEW.id AND t.standing AND r.id = t.request_id AND r.state = 'awaited';
        UPDATE transfer_charge SET standing = false
         WHERE standing AND request_id IN (SELECT request_id FROM transfer_charge
                                            WHERE charge_id = NEW.id AND standing);
        RETURN NULL;
    END $$;
CREATE TRIGGER charge_ends_transfers AFTER UPDATE ON charge FOR EACH ROW
    WHEN (OLD.paid_by IS NULL AND OLD.voided_at IS NULL
          AND (NEW.paid_by IS NOT NULL OR NEW.voided_at IS NOT NULL))
    EXECUTE FUNCTION charge_ends_transfers();

-- One credit on the post's account, as the bank tells it.
CREATE TABLE bank_line (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- drawn on arrival: its first entry is written under it
    key            uuid        NOT NULL UNIQUE,
    -- the bank's own number, in capitals and without blanks: money is counted once
    bank_ref       text        NOT NULL UNIQUE CHECK (
        length(bank_ref) BETWEEN 1 AND 60 AND bank_ref = upper(bank_ref)),
    at             timestamptz NOT NULL,
    amount_vnd     bigint      NOT NULL CHECK (amount_vnd BETWEEN 1 AND 10000000000),
    -- names people and accounts: closed
    content_sealed bytea       NOT NULL CHECK (length(content_sealed) BETWEEN 33 AND 4096),
    brought_at     timestamptz NOT NULL,
    -- who answers for it
    brought_by     bigint      NOT NULL REFERENCES person,
    -- when the bank's statement had it; NULL: so far only a clerk's word for the bank's notice
    stated_at      timestamptz,
    -- whose list it is on; NULL: the province's
    office_id      bigint      REFERENCES office,
    -- the request its content names
    request_id     bigint      REFERENCES transfer_request,
    -- new: nobody looked. matched: paid a request as it came. suspended: some of it waits.
    -- cleared: all of it was matched by hand or sent back.
    state          text        NOT NULL DEFAULT 'new'
        CHECK (state IN ('new', 'matched', 'suspended', 'cleared')),
    reason         text        CHECK (reason IN (
        'unknown', 'several', 'less', 'more', 'cancelled', 'otherwise', 'again')),
    -- what of it lies in suspense
    left_vnd       bigint      NOT NULL DEFAULT 0 CHECK (left_vnd BETWEEN 0 AND amount_vnd),
    CHECK ((state = 'suspended') = (left_vnd > 0)),
    CHECK ((state IN ('suspended', 'cleared')) = (reason IS NOT NULL))
);
CREATE INDEX bank_line_new ON bank_line (id) WHERE state = 'new';
CREATE INDEX bank_line_suspended ON bank_line (office_id, at) WHERE state = 'suspended';
CREATE INDEX bank_line_unstated ON bank_line (office_id, brought_at) WHERE stated_at IS NULL;
CREATE INDEX bank_line_request ON bank_line (request_id) WHERE request_id IS NOT NULL;

CREATE FUNCTION content(bank_line) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT ROW('bank_line.content', $1.key::text, $1.content_sealed)::public.sealed $$;

-- What became of a line: paid a request as it came, by hand, or went back.
CREATE TABLE bank_use (
    entry_id   bigint PRIMARY KEY REFERENCES entry,
    line_id    bigint NOT NULL REFERENCES bank_line,
    request_id bigint REFERENCES transfer_request,
    amount_vnd bigint NOT NULL CHECK (amount_vnd > 0)
);
CREATE INDEX bank_use_line ON bank_use (line_id);
CREATE INDEX bank_use_request ON bank_use (request_id) WHERE request_id IS NOT NULL;

-- Money that goes back where it came from: one person asks, another sends it.
CREATE TABLE bank_return (
    -- drawn by the page; its entry is written under it
    id           uuid        PRIMARY KEY,
    line_id      bigint      NOT NULL REFERENCES bank_line,
    amount_vnd   bigint      NOT NULL CHECK (amount_vnd > 0),
    -- bank, account and name it goes to
    payee_sealed bytea       NOT NULL CHECK (length(payee_sealed) BETWEEN 33 AND 4096),
    why          text        NOT NULL CHECK (length(why) BETWEEN 1 AND 300),
    asked_at     timestamptz NOT NULL,
    asked_by     bigint      NOT NULL REFERENCES person,
    state        text        NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'sent', 'declined')),
    decided_at   timestamptz,
    decided_by   bigint      REFERENCES person,
    -- the bank's number of the transfer back
    bank_ref     text        UNIQUE CHECK (length(bank_ref) BETWEEN 1 AND 60),
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK ((state = 'waiting') = (decided_by IS NULL)),
    CHECK ((state = 'sent') = (bank_ref IS NOT NULL)),
    -- who asked may take it back, and never sends it
    CONSTRAINT bank_return_two_people CHECK (state <> 'sent' OR decided_by <> asked_by)
);
CREATE UNIQUE INDEX bank_return_waiting ON bank_return (line_id) WHERE state = 'waiting';

CREATE FUNCTION payee(bank_return) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT ROW('bank_return.payee', $1.id::text, $1.payee_sealed)::public.sealed $$;

-- A line of which nothing waits any more is no office's task either, whoever dealt with it.
CREATE FUNCTION cleared_ends_task() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        UPDATE task t SET done_at = e.posted_at, done_by = e.person_id
          FROM bank_use u JOIN entry e ON e.id = u.entry_id
         WHERE t.cause = 'bank:' || NEW.id AND t.done_at IS NULL
           AND u.entry_id = (SELECT max(entry_id) FROM bank_use WHERE line_id = NEW.id);
        RETURN NULL;
    END $$;
CREATE TRIGGER cleared_ends_task AFTER UPDATE ON bank_line FOR EACH ROW
    WHEN (OLD.state = 'suspended' AND NEW.state = 'cleared')
    EXECUTE FUNCTION cleared_ends_task();

GRANT SELECT, INSERT, UPDATE (state, ended_at, ended_by, why, entry_id) ON transfer_request
    TO postal_app;
GRANT SELECT, INSERT, UPDATE (standing) ON transfer_charge TO postal_app;
GRANT SELECT, INSERT, UPDATE (stated_at, office_id, request_id, state, reason, left_vnd) ON bank_line
    TO postal_app;
GRANT SELECT, INSERT ON bank_use TO postal_app;
GRANT SELECT, INSERT, UPDATE (state, decided_at, decided_by, bank_ref) ON bank_return TO postal_app;

ALTER TABLE transfer_request ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON transfer_request TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON transfer_request FOR SELECT TO postal_app
    USING (postal_overlooks() OR postal_sees(dossier_id));
CREATE POLICY written ON transfer_request FOR INSERT TO postal_app
    WITH CHECK (postal_service()
                OR (postal_keeper() IN ('office', 'courier') AND office_id = postal_office()
                    AND postal_sees(dossier_id)));
CREATE POLICY changed ON transfer_request FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'manager'
           OR (postal_keeper() IN ('office', 'courier') AND postal_sees(dossier_id)));

ALTER TABLE transfer_charge ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON transfer_charge TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON transfer_charge TO postal_app
    USING (postal_overlooks()
           OR EXISTS (SELECT 1 FROM transfer_request r WHERE r.id = transfer_charge.request_id))
    WITH CHECK (postal_service() OR postal_role() = 'manager'
                OR (postal_keeper() IN ('office', 'courier')
                    AND EXISTS (SELECT 1 FROM transfer_request r
                                 WHERE r.id = transfer_charge.request_id)));

-- The account is the province's: a line is on the list of the office whose request it names, else
-- of whoever brought it. Lines come in and are matched by the job alone.
ALTER TABLE bank_line ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON bank_line TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON bank_line FOR SELECT TO postal_app
    USING (postal_overlooks() OR (postal_keeper() = 'office' AND office_id = postal_office()));
CREATE POLICY written ON bank_line FOR INSERT TO postal_app WITH CHECK (postal_service());
CREATE POLICY changed ON bank_line FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'manager'
           OR (postal_role() = 'supervisor' AND office_id = postal_office()));

ALTER TABLE bank_use ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON bank_use TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON bank_use FOR SELECT TO postal_app
    USING (postal_overlooks() OR EXISTS (SELECT 1 FROM bank_line l WHERE l.id = bank_use.line_id));
CREATE POLICY written ON bank_use FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'manager'
                OR (postal_role() = 'supervisor'
                    AND EXISTS (SELECT 1 FROM bank_line l WHERE l.id = bank_use.line_id)));

ALTER TABLE bank_return ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON bank_return TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON bank_return TO postal_app
    USING (postal_overlooks()
           OR EXISTS (SELECT 1 FROM bank_line l WHERE l.id = bank_return.line_id))
    WITH CHECK (postal_service() OR postal_role() = 'manager'
                OR (postal_role() = 'supervisor'
                    AND EXISTS (SELECT 1 FROM bank_line l WHERE l.id = bank_return.line_id)));
