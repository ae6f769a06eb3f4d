-- What an organisation brings to the counter at once: a file of many dossiers, read and accepted in steps.

-- The table of terms is small, and the wider check takes every row that met the old one.
-- squawk-ignore-file constraint-missing-not-valid, ban-drop-constraint

CREATE TABLE batch (
    -- drawn by the page: the second press finds the first's file, and each row's form id comes from it
    id          uuid        PRIMARY KEY,
    office_id   bigint      NOT NULL REFERENCES office,
    -- the clerk who counts the papers: every dossier of the file is accepted by her
    person_id   bigint      NOT NULL REFERENCES person,
    at          timestamptz NOT NULL,
    -- a company or a school names itself in public
    org_name    text        NOT NULL CHECK (length(org_name) BETWEEN 2 AND 200),
    tax_code    text        NOT NULL CHECK (tax_code ~ '^\d{10}(-\d{3})?$'),
    file_name   text        NOT NULL CHECK (length(file_name) <= 200),
    sha256      text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    -- the text as it came, closed; gone as soon as its lines have been read
    body_sealed bytea       CHECK (length(body_sealed) BETWEEN 33 AND 10485760),
    -- the clerk let leading zeros that a spreadsheet ate be put back
    zeros       boolean     NOT NULL,
    -- reading and accepting wait for the worker, checked for its clerk; the others are ends
    state       text        NOT NULL DEFAULT 'reading'
        CHECK (state IN ('reading', 'checked', 'accepting', 'done', 'dropped')),
    total       integer     NOT NULL CHECK (total >= 0),
    -- lines read so far: where a worker that was stopped goes on
    taken       integer     NOT NULL DEFAULT 0 CHECK (taken BETWEEN 0 AND total),
    -- why the worker gave it back to the clerk half accepted: Vietnamese, English
    halted      text[]      CHECK (array_length(halted, 1) = 2),
    done_at     timestamptz,
    CHECK ((state = 'done') = (done_at IS NOT NULL)),
    CHECK (state <> 'reading' OR body_sealed IS NOT NULL)
);
CREATE INDEX batch_waiting ON batch (at) WHERE state IN ('reading', 'accepting');
CREATE INDEX batch_office ON batch (office_id, at DESC);
CREATE INDEX batch_tax_code ON batch (tax_code);

CREATE TABLE batch_line (
    batch_id     uuid    NOT NULL REFERENCES batch,
    line         integer NOT NULL CHECK (line > 0),
    -- cells and what is wrong with them, closed, as JSON; gone once the dossier itself holds them
    told_sealed  bytea   CHECK (length(told_sealed) BETWEEN 33 AND 65536),
    -- again: the same line of the same organisation was accepted from an earlier file
    verdict      text    NOT NULL CHECK (verdict IN ('good', 'bad', 'again', 'accepted')),
    -- of a good line, what names nobody: the case, its charges, how many copies of which paper
    procedure_id bigint  REFERENCES procedure,
    agency_id    bigint  REFERENCES agency,
    -- whole đồng, as the estimate says: state money and the post's own, paid now; and what is paid
    -- at the door
    state_vnd    bigint  NOT NULL DEFAULT 0 CHECK (state_vnd >= 0),
    post_vnd     bigint  NOT NULL DEFAULT 0 CHECK (post_vnd >= 0),
    later_vnd    bigint  NOT NULL DEFAULT 0 CHECK (later_vnd >= 0),
    -- [ordinal, originals, certified, photocopies] each
    papers       jsonb   NOT NULL DEFAULT '[]',
    -- a keyed hash of its cells: equal for equal lines, and tells nothing else. It is no index that
    -- `postal keys` makes anew: an old mark only recognises no repeat any more
    same_mark    bytea   CHECK (length(same_mark) = 20),
    dossier_id   bigint  REFERENCES dossier,
    PRIMARY KEY (batch_id, line),
    CHECK ((verdict = 'accepted') = (dossier_id IS NOT NULL)),
    CHECK (verdict NOT IN ('good', 'accepted') OR (procedure_id IS NOT NULL AND agency_id IS NOT NULL))
);
CREATE INDEX batch_line_good ON batch_line (batch_id, line) WHERE verdict = 'good';
CREATE INDEX batch_line_same ON batch_line (same_mark) WHERE verdict = 'accepted';
CREATE INDEX batch_line_dossier ON batch_line (dossier_id) WHERE dossier_id IS NOT NULL;

CREATE FUNCTION body(batch) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN $1.body_sealed IS NOT NULL THEN
          ROW('batch.body', $1.id::text, $1.body_sealed)::public.sealed END $$;
CREATE FUNCTION told(batch_line) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN $1.told_sealed IS NOT NULL THEN
          ROW('batch_line.told', $1.batch_id::text || ':' || $1.line::text, $1.told_sealed)
          ::public.sealed END $$;

GRANT SELECT, INSERT, UPDATE ON batch, batch_line TO postal_app;

-- Of the counter's own office: a courier of the office and a manager have no business in it.
ALTER TABLE batch ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON batch TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON batch TO postal_app
    USING (postal_reads_all() OR (postal_keeper() = 'office' AND office_id = postal_keeper_id()))
    WITH CHECK (postal_service() OR (postal_keeper() = 'office' AND office_id = postal_keeper_id()));

ALTER TABLE batch_line ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON batch_line TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON batch_line FOR SELECT TO postal_app
    USING (postal_reads_all() OR EXISTS (SELECT 1 FROM batch b WHERE b.id = batch_line.batch_id));
CREATE POLICY written ON batch_line FOR INSERT TO postal_app WITH CHECK (postal_service());
CREATE POLICY judged ON batch_line FOR UPDATE TO postal_app
    USING (postal_service() OR EXISTS (SELECT 1 FROM batch b WHERE b.id = batch_line.batch_id));

-- Which kinds of things there are to forget is the sweep's business, which grows with the product.
ALTER TABLE retention
    DROP CONSTRAINT retention_kind_check,
    ADD CONSTRAINT retention_kind_check CHECK (kind ~ '^[a-z_]{1,30}$');
INSERT INTO retention (kind, days, counted, valid_from, demo) VALUES
    ('batch', 30, 'từ khi tổ chức nộp tệp', '2018-01-01', true);
