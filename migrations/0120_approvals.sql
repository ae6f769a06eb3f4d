-- What one person may not do alone: asked by one, decided by another, carried out at that moment.

CREATE TABLE approval (
    -- drawn by the page that asks: asked twice, asked once; also the id of the act it leads to
    id         uuid        PRIMARY KEY,
    kind       text        NOT NULL CHECK (kind IN (
        'undo', 'redirect', 'declare_lost', 'send_back', 'close_bag', 'close_incident',
        'reissue_receipt')),
    -- where the two people work: an office, or an agency's desk
    office_id  bigint      REFERENCES office,
    agency_id  bigint      REFERENCES agency,
    -- what it is about: an S10 number, a list's number, an incident's id or a receipt's number
    subject    text        NOT NULL CHECK (length(subject) BETWEEN 1 AND 40),
    reason     text        NOT NULL REFERENCES reason (code),
    -- closed codes and ids that the kind needs, never a name
    facts      jsonb       NOT NULL,
    asked_by   bigint      NOT NULL REFERENCES person,
    -- in which capacity she asked: she may work elsewhere when it is decided
    asked_as   text        NOT NULL,
    asked_at   timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- refused: a second person agreed, and the register did not: the paper had moved on
    state      text        NOT NULL DEFAULT 'waiting' CHECK (state IN (
        'waiting', 'done', 'refused', 'declined', 'withdrawn', 'expired')),
    decided_by bigint      REFERENCES person,
    decided_at timestamptz,
    -- why it was declined
    answer     text        CHECK (answer IN ('not_so', 'wrong_item', 'look_first', 'settled')),
    -- the register's refusal: its name, and its words in Vietnamese
    why        text,
    said       text,
    CHECK ((office_id IS NULL) <> (agency_id IS NULL)),
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK (state NOT IN ('done', 'refused', 'declined')
           OR (decided_by IS NOT NULL AND decided_by <> asked_by)),
    CHECK ((state = 'refused') = (why IS NOT NULL)),
    CHECK ((state = 'declined') = (answer IS NOT NULL))
);
-- one question about one thing at a time
CREATE UNIQUE INDEX approval_waiting ON approval (kind, subject) WHERE state = 'waiting';
CREATE INDEX approval_office ON approval (office_id, state, asked_at);
CREATE INDEX approval_agency ON approval (agency_id, state, asked_at) WHERE agency_id IS NOT NULL;

-- As its readers need it: what it is about, in whose hands that is now, and who the people are.
CREATE VIEW approval_seen WITH (security_invoker = true) AS
SELECT a.id, a.kind, a.office_id, a.agency_id, a.subject, a.reason, r.name_vi AS reason_vi, a.facts,
       a.asked_by, p.full_name AS asker, p.role AS asker_role, a.asked_as, a.asked_at, a.expires_at,
       a.state, a.decided_by, q.full_name AS decider, a.decided_at, a.answer, a.why, a.said,
       d.ref, c.s10, c.leg, c.stage, h.number, h.dispatched, i.reason AS seen, s.name_vi AS seen_vi,
       e.act AS undone, e.at AS undone_at, w.full_name AS undone_by, g.short_name AS agency
  FROM approval a
  JOIN reason r ON r.code = a.reason
  JOIN person p ON p.id = a.asked_by
  LEFT JOIN person q ON q.id = a.decided_by
  LEFT JOIN incident i
    ON i.id = CASE WHEN a.kind = 'close_incident' THEN a.subject::bigint END
  LEFT JOIN reason s ON s.code = i.reason
  LEFT JOIN consignment c ON c.s10 = a.subject OR c.id = i.consignment_id
  LEFT JOIN hand_over h ON h.number = a.subject OR h.id = i.hand_over_id
  LEFT JOIN dossier d ON d.id = c.dossier_id OR d.ref = a.subject
  LEFT JOIN event e ON e.scan_id = CASE WHEN a.kind = 'undo' THEN (a.facts ->> 'undoes')::uuid END
  LEFT JOIN person w ON w.id = e.person_id
  LEFT JOIN agency g ON g.id = (a.facts ->> 'agency')::bigint;

GRANT SELECT, INSERT, UPDATE ON approval TO postal_app;
GRANT SELECT ON approval_seen TO postal_app;
