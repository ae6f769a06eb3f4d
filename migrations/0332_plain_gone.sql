-- Nothing a citizen told of herself lies open any more: the old columns go.

-- `postal migrate` closes what they held before it comes here, and stops where it cannot.
-- squawk-ignore-file ban-drop-column
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM party WHERE coalesce(citizen_id, phone, address, note) IS NOT NULL)
       OR EXISTS (SELECT 1 FROM draft WHERE form IS NOT NULL OR label IS NOT NULL)
       OR EXISTS (SELECT 1 FROM delivery_proof
                   WHERE coalesce(receiver_name, id_last4, authorisation) IS NOT NULL)
       OR EXISTS (SELECT 1 FROM quarantined_scan WHERE line IS NOT NULL) THEN
        RAISE EXCEPTION 'open values are left: set FIELD_KEYS and run `postal migrate`';
    END IF;
END $$;

ALTER TABLE party
    DROP COLUMN citizen_id,
    DROP COLUMN phone,
    DROP COLUMN address,
    DROP COLUMN note;
ALTER TABLE draft
    DROP COLUMN label,
    DROP COLUMN form;
ALTER TABLE delivery_proof
    DROP COLUMN receiver_name,
    DROP COLUMN id_last4,
    DROP COLUMN authorisation;
ALTER TABLE quarantined_scan
    DROP COLUMN line;
