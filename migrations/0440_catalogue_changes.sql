-- The catalogue in an administrator's hands: what she changed, and the files she brought.

-- The catalogue is small, and its wider checks take every row that met the old ones.
-- squawk-ignore-file constraint-missing-not-valid, ban-drop-constraint

-- Append-only. One form may change several rows: a new version also ends the one before.
CREATE TABLE catalogue_change (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- drawn by the page, or the import's own: a repeat is recognised
    form_id    uuid        NOT NULL,
    at         timestamptz NOT NULL,
    person_id  bigint      NOT NULL REFERENCES person,
    sheet      text        NOT NULL CHECK (sheet IN (
        'offices', 'agencies', 'procedures', 'documents', 'tariffs', 'hours', 'holidays',
        'reasons')),
    -- of the row, as people call it: a procedure's code, a price list's name
    key        text        NOT NULL CHECK (key <> ''),
    act        text        NOT NULL CHECK (act IN ('version', 'withdraw', 'end', 'import')),
    valid_from date,
    -- the decision it rests on, in the administrator's words
    why        text        NOT NULL CHECK (why <> ''),
    -- cells as the files name them; NULL: there was nothing, or there is nothing any more
    before     jsonb,
    after      jsonb,
    CONSTRAINT catalogue_change_once UNIQUE (form_id, sheet, key)
);
CREATE INDEX catalogue_change_key ON catalogue_change (sheet, key, id);

-- A version withdrawn before its day stays, in force on no day: an empty period meets no other,
-- holds no day, and `postal load` leaves it alone like everything a person edited.
ALTER TABLE procedure
    DROP CONSTRAINT procedure_check,
    ADD CONSTRAINT procedure_period CHECK (valid_from <= valid_to);
ALTER TABLE tariff
    DROP CONSTRAINT tariff_check,
    ADD CONSTRAINT tariff_period CHECK (valid_from <= valid_to);

-- A file on its way into the catalogue: read in steps, looked at by its owner, applied at once.
CREATE TABLE catalogue_import (
    -- drawn by the page
    id         uuid        PRIMARY KEY,
    sheet      text        NOT NULL,
    file_name  text        NOT NULL,
    sha256     text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    -- the text as it came; the rows made of it lie in the other table
    body       text        NOT NULL,
    person_id  bigint      NOT NULL REFERENCES person,
    at         timestamptz NOT NULL,
    -- reading and applying wait for the worker, checked for its owner; the others are ends
    state      text        NOT NULL DEFAULT 'reading'
        CHECK (state IN ('reading', 'checked', 'applying', 'done', 'dropped')),
    total      integer     NOT NULL CHECK (total >= 0),
    -- lines read so far: where a worker that was stopped goes on
    taken      integer     NOT NULL DEFAULT 0 CHECK (taken BETWEEN 0 AND total),
    -- what its owner chose: good rows only, and her file over what people edited
    only_good  boolean     NOT NULL DEFAULT false,
    overrule   boolean     NOT NULL DEFAULT false,
    why        text        NOT NULL DEFAULT '',
    done_at    timestamptz,
    added      integer,
    changed    integer,
    CHECK ((state = 'done') = (done_at IS NOT NULL))
);
CREATE INDEX catalogue_import_waiting ON catalogue_import (at)
    WHERE state IN ('reading', 'applying');
CREATE INDEX catalogue_import_file ON catalogue_import (sheet, sha256);

CREATE TABLE catalogue_import_line (
    import_id uuid    NOT NULL REFERENCES catalogue_import,
    line      integer NOT NULL,
    -- cells as the file has them, in the columns' order
    cells     text[]  NOT NULL,
    -- bad: not applied; edited: a person's own, kept unless her owner says otherwise
    verdict   text    NOT NULL CHECK (verdict IN
        ('unread', 'bad', 'added', 'changed', 'kept', 'edited')),
    -- what is wrong: [column, why in Vietnamese, why in English] each
    faults    jsonb   NOT NULL DEFAULT '[]',
    PRIMARY KEY (import_id, line)
);

GRANT SELECT, INSERT ON catalogue_change TO postal_app;
GRANT SELECT, INSERT, UPDATE ON catalogue_import, catalogue_import_line TO postal_app;

ALTER TABLE catalogue_change ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON catalogue_change TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON catalogue_change FOR SELECT TO postal_app USING (postal_overlooks());
CREATE POLICY written ON catalogue_change FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'manager');

ALTER TABLE catalogue_import ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON catalogue_import TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON catalogue_import FOR SELECT TO postal_app USING (postal_overlooks());
CREATE POLICY brought ON catalogue_import FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'manager');
CREATE POLICY moved ON catalogue_import FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'manager')
    WITH CHECK (postal_service() OR postal_role() = 'manager');

ALTER TABLE catalogue_import_line ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON catalogue_import_line TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON catalogue_import_line FOR SELECT TO postal_app USING (postal_overlooks());
CREATE POLICY brought ON catalogue_import_line FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'manager');
CREATE POLICY moved ON catalogue_import_line FOR UPDATE TO postal_app
    USING (postal_service() OR postal_role() = 'manager')
    WITH CHECK (postal_service() OR postal_role() = 'manager');
