-- A dossier that goes to another agency: leg T carries its papers from desk to desk.

-- The register is empty wherever this runs: the pilot has not begun, so nobody waits for these locks.
-- squawk-ignore-file constraint-missing-not-valid, ban-drop-constraint

ALTER TABLE consignment
    DROP CONSTRAINT consignment_leg_check,
    ADD CONSTRAINT consignment_leg_check CHECK (leg IN ('F', 'S', 'R', 'B', 'O', 'T'));

CREATE TABLE transfer (
    -- the line by which one agency passed it on
    event_id   bigint  PRIMARY KEY REFERENCES event,
    dossier_id bigint  NOT NULL REFERENCES dossier,
    from_id    bigint  NOT NULL REFERENCES agency,
    to_id      bigint  NOT NULL REFERENCES agency,
    reason     text    NOT NULL REFERENCES reason (code),
    -- the envelope of leg T; none where nothing is on paper
    s10        text    UNIQUE REFERENCES consignment (s10),
    -- the line by which the other took it over: from then on it decides
    taken_by   bigint  UNIQUE REFERENCES event,
    CHECK (from_id <> to_id)
);
CREATE UNIQUE INDEX transfer_open ON transfer (dossier_id) WHERE taken_by IS NULL;
CREATE INDEX transfer_dossier ON transfer (dossier_id, event_id);
CREATE INDEX transfer_from ON transfer (from_id) WHERE taken_by IS NULL;
CREATE INDEX transfer_to ON transfer (to_id) WHERE taken_by IS NULL;

GRANT SELECT, INSERT, UPDATE ON transfer TO postal_app;

-- Both agencies see the dossier from the moment it is passed on, on paper or not.
CREATE FUNCTION note_transfer_stakes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp
    AS $$ BEGIN
        INSERT INTO stake (dossier_id, keeper, keeper_id)
        VALUES (NEW.dossier_id, 'agency', least(NEW.from_id, NEW.to_id)),
               (NEW.dossier_id, 'agency', greatest(NEW.from_id, NEW.to_id))
            ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;
CREATE TRIGGER transfer_opens_stakes AFTER INSERT ON transfer
    FOR EACH ROW EXECUTE FUNCTION note_transfer_stakes();

ALTER TABLE transfer ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON transfer TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON transfer FOR SELECT TO postal_app
    USING (postal_overlooks() OR postal_agency() IN (from_id, to_id)
           OR EXISTS (SELECT 1 FROM dossier d WHERE d.id = transfer.dossier_id));
CREATE POLICY written ON transfer FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR from_id = postal_agency());
CREATE POLICY taken ON transfer FOR UPDATE TO postal_app
    USING (postal_service() OR to_id = postal_agency())
    WITH CHECK (postal_service() OR to_id = postal_agency());
