-- Money also goes back where nothing bounced: at a refusal or a withdrawal, on the agency's word.

-- The table is empty wherever this runs.
-- squawk-ignore-file constraint-missing-not-valid, ban-drop-not-null

ALTER TABLE refund_due
    ALTER COLUMN bounce_id DROP NOT NULL,
    -- why, as the citizen reads it
    ADD COLUMN why text NOT NULL DEFAULT '' CHECK (length(why) <= 300),
    ADD CHECK (bounce_id IS NOT NULL OR said = 'refund');

-- Never more than was paid, and never of a line that was not, whoever writes.
CREATE FUNCTION refunds_fit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        IF NOT EXISTS (SELECT 1 FROM charge c
                        WHERE c.id = NEW.charge_id AND c.dossier_id = NEW.dossier_id
                          AND c.amount_vnd >= NEW.amount_vnd AND c.paid_by IS NOT NULL
                          AND c.agency_id IS NOT DISTINCT FROM NEW.agency_id) THEN
            RAISE EXCEPTION 'a refund is of what was paid' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'refund_fits';
        END IF;
        RETURN NULL;
    END $$;
CREATE TRIGGER refund_fits AFTER INSERT ON refund_due
    FOR EACH ROW EXECUTE FUNCTION refunds_fit();
