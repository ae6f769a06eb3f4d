-- Nothing in the register is changed or removed, and each dossier's lines are chained by their hashes.

-- The register is empty wherever this runs: the pilot has not begun, so nobody waits for these locks.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
-- squawk-ignore-file adding-not-nullable-field, constraint-missing-not-valid, disallowed-unique-constraint

ALTER TABLE event
    -- its place in the dossier: 1, 2, 3, without a gap
    ADD COLUMN n    integer,
    -- sha256 over the hash before it, its place and itself (link): a line that is changed, taken
    -- out or moved breaks every hash after it
    ADD COLUMN hash bytea;

-- Where each dossier's chain ends: whoever takes the last line away has to mend this too, and what
-- was signed by night besides.
CREATE TABLE event_chain (
    -- no key to dossier: the event beside it has one
    dossier_id bigint  PRIMARY KEY,
    n          integer NOT NULL,
    hash       bytea   NOT NULL
) WITH (fillfactor = 50);  -- a head moves within its page, and its index stays

-- The digest of a line: of a JSON array of what it says, times in microseconds since 1970.
-- tracking/seal.py writes the same text without the database.
CREATE FUNCTION event_digest(e event) RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$ BEGIN
        RETURN sha256(convert_to(json_build_array(
            e.id, e.dossier_id, e.consignment_id, e.scan_id, e.act, e.stage, e.status,
            e.holder_kind, e.holder_id, e.person_id,
            (extract(epoch FROM e.at) * 1000000)::bigint,
            (extract(epoch FROM e.heard_at) * 1000000)::bigint,
            e.facts, e.office_id, e.offered_kind, e.offered_id, e.undoes, e.approver_id
        )::text, 'UTF8'));
    END $$;
-- The hash of the line at place n: before the first there are 32 bytes of nothing.
CREATE FUNCTION event_link(before bytea, n integer, digest bytea) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT sha256(before || int4send(n) || digest) $$;

DO $$
DECLARE
    line event;
    last event_chain;
BEGIN
    last.dossier_id := 0;
    FOR line IN SELECT * FROM event ORDER BY dossier_id, id LOOP
        IF line.dossier_id <> last.dossier_id THEN
            last := ROW(line.dossier_id, 0, decode(repeat('00', 32), 'hex'));
        END IF;
        last.n := last.n + 1;
        last.hash := event_link(last.hash, last.n, event_digest(line));
        UPDATE event SET n = last.n, hash = last.hash WHERE id = line.id;
    END LOOP;
END $$;
INSERT INTO event_chain (dossier_id, n, hash)
SELECT DISTINCT ON (dossier_id) dossier_id, n, hash FROM event ORDER BY dossier_id, n DESC;

ALTER TABLE event ALTER COLUMN n SET NOT NULL, ALTER COLUMN hash SET NOT NULL;
CREATE UNIQUE INDEX event_place ON event (dossier_id, n);
-- the lines of a dossier are found by the index above
DROP INDEX event_dossier;
-- lines are heard in about the order they lie in: a day's are found for next to nothing
CREATE INDEX event_heard ON event USING brin (heard_at);

-- As its owner: the application's role adds lines, and never says what their hash is. The head's
-- row lock makes two lines of one dossier queue up; statements that write many go by dossier.
CREATE FUNCTION chain_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$
DECLARE
    digest bytea := event_digest(NEW);
BEGIN
    INSERT INTO event_chain AS c (dossier_id, n, hash)
    VALUES (NEW.dossier_id, 1, event_link(decode(repeat('00', 32), 'hex'), 1, digest))
        ON CONFLICT (dossier_id) DO UPDATE
       SET n = c.n + 1, hash = event_link(c.hash, c.n + 1, digest)
    RETURNING n, hash INTO NEW.n, NEW.hash;
    -- a repeat that ON CONFLICT DO NOTHING is about to drop moves no chain
    IF EXISTS (SELECT 1 FROM event WHERE scan_id = NEW.scan_id) THEN
        UPDATE event_chain c
           SET n = c.n - 1,
               hash = coalesce((SELECT e.hash FROM event e
                                 WHERE e.dossier_id = c.dossier_id AND e.n = c.n - 1),
                               decode(repeat('00', 32), 'hex'))
         WHERE c.dossier_id = NEW.dossier_id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER event_chained BEFORE INSERT ON event
    FOR EACH ROW EXECUTE FUNCTION chain_event();

-- Whoever comes, the owner too, and in replication as well.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN
        RAISE EXCEPTION 'Sổ % chỉ được ghi thêm, không sửa, không xóa. / % is append-only: % is refused.',
            TG_TABLE_NAME, TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation',
                  HINT = 'Correct a mistake by a further line (undo).';
    END $$;
CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE event ENABLE ALWAYS TRIGGER event_is_append_only;
CREATE TRIGGER event_chain_keeps_its_rows BEFORE DELETE OR TRUNCATE ON event_chain
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE event_chain ENABLE ALWAYS TRIGGER event_chain_keeps_its_rows;

ALTER TABLE event_chain ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON event_chain TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY audited ON event_chain FOR SELECT TO postal_app USING (postal_reads_all());
GRANT SELECT ON event_chain TO postal_app;
