-- Who is asking, as row-level security reads it, and who has a stake in a dossier.

-- Set with set_config(…, true) by the one door to the database; empty outside a transaction.
-- Each is a single expression, so that the planner writes it into the policy instead of calling it.
CREATE FUNCTION postal_kind() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('postal.kind', true), '') $$;
CREATE FUNCTION postal_name() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('postal.name', true), '') $$;
CREATE FUNCTION postal_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('postal.role', true), '') $$;
CREATE FUNCTION postal_person() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('postal.person', true), '')::bigint $$;
CREATE FUNCTION postal_office() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('postal.office', true), '')::bigint $$;
CREATE FUNCTION postal_agency() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('postal.agency', true), '')::bigint $$;

-- The product's own work: jobs and commands see and change what anybody may.
CREATE FUNCTION postal_service() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('postal.kind', true), '') IN ('job', 'command') $$;
-- Those who read everything: the service, and the auditor of `postal verify`, who changes nothing.
CREATE FUNCTION postal_reads_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('postal.kind', true), '') IN ('job', 'command', 'audit') $$;
-- A manager looks over the whole province: the register, never the citizens' own data.
CREATE FUNCTION postal_overlooks() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('postal.kind', true), '') IN ('job', 'command', 'audit')
              OR coalesce(current_setting('postal.role', true), '') = 'manager' $$;
-- In what capacity she keeps papers, and as whom: her office, her agency, or the courier himself.
CREATE FUNCTION postal_keeper() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT CASE current_setting('postal.role', true)
                 WHEN 'clerk' THEN 'office' WHEN 'supervisor' THEN 'office'
                 WHEN 'courier' THEN 'courier' WHEN 'agency_officer' THEN 'agency' END $$;
CREATE FUNCTION postal_keeper_id() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(CASE current_setting('postal.role', true)
                        WHEN 'clerk' THEN current_setting('postal.office', true)
                        WHEN 'supervisor' THEN current_setting('postal.office', true)
                        WHEN 'courier' THEN current_setting('postal.person', true)
                        WHEN 'agency_officer' THEN current_setting('postal.agency', true)
                        END, '')::bigint $$;

-- Whose business a dossier is or was: whoever held one of its papers, was offered one, or answers
-- for one. Written by the database itself, so that no statement can forget it; an office and an
-- agency keep the sight of what passed through them, a courier for two days (the sweep).
CREATE TABLE stake (
    dossier_id bigint NOT NULL REFERENCES dossier,
    keeper     text   NOT NULL CHECK (keeper IN ('office', 'courier', 'agency')),
    keeper_id  bigint NOT NULL,
    PRIMARY KEY (dossier_id, keeper, keeper_id)
);
CREATE INDEX stake_keeper ON stake (keeper, keeper_id);

INSERT INTO stake (dossier_id, keeper, keeper_id)
SELECT id, 'office', office_id FROM dossier
 UNION SELECT id, 'agency', agency_id FROM dossier
 UNION SELECT dossier_id, 'office', office_id FROM consignment
 UNION SELECT dossier_id, 'agency', agency_id FROM consignment
 UNION SELECT dossier_id, holder_kind, holder_id FROM consignment WHERE holder_id IS NOT NULL
 UNION SELECT dossier_id, offered_kind, offered_id FROM consignment WHERE offered_id IS NOT NULL
 UNION SELECT dossier_id, 'office', office_id FROM event WHERE office_id IS NOT NULL;

-- As its owner: the application's role may read stakes and add none. Its plans are made once, when the
-- tables may still be empty: without the setting they would go on reading them from end to end.
CREATE FUNCTION note_stakes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        INSERT INTO stake (dossier_id, keeper, keeper_id)
        SELECT dossier_id, 'office', office_id FROM changed
         UNION SELECT dossier_id, 'agency', agency_id FROM changed
         UNION SELECT dossier_id, holder_kind, holder_id FROM changed WHERE holder_id IS NOT NULL
         UNION SELECT dossier_id, offered_kind, offered_id FROM changed WHERE offered_id IS NOT NULL
         ORDER BY 1, 2, 3
            ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;
CREATE TRIGGER consignment_opens_stakes AFTER INSERT ON consignment
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_stakes();
-- A scan changes one hand: who had a stake before has it still, and is not asked for again.
CREATE FUNCTION note_moved_stakes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        INSERT INTO stake (dossier_id, keeper, keeper_id)
        SELECT c.dossier_id, 'office', c.office_id
          FROM changed c JOIN was w ON w.id = c.id WHERE c.office_id <> w.office_id
         UNION SELECT c.dossier_id, 'agency', c.agency_id
          FROM changed c JOIN was w ON w.id = c.id WHERE c.agency_id <> w.agency_id
         UNION SELECT c.dossier_id, c.holder_kind, c.holder_id
          FROM changed c JOIN was w ON w.id = c.id
         WHERE c.holder_id IS NOT NULL
           AND (c.holder_kind, c.holder_id) IS DISTINCT FROM (w.holder_kind, w.holder_id)
         UNION SELECT c.dossier_id, c.offered_kind, c.offered_id
          FROM changed c JOIN was w ON w.id = c.id
         WHERE c.offered_id IS NOT NULL
           AND (c.offered_kind, c.offered_id) IS DISTINCT FROM (w.offered_kind, w.offered_id)
         ORDER BY 1, 2, 3
            ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;
CREATE TRIGGER consignment_moves_stakes AFTER UPDATE ON consignment
    REFERENCING OLD TABLE AS was NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_moved_stakes();

ALTER TABLE stake ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- the owner's triggers and later migrations; never the application's role
CREATE POLICY owner ON stake TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY mine ON stake FOR SELECT TO postal_app
    USING (postal_overlooks() OR (keeper = postal_keeper() AND keeper_id = postal_keeper_id()));
CREATE POLICY swept ON stake FOR DELETE TO postal_app USING (postal_service());
GRANT SELECT, DELETE ON stake TO postal_app;
