-- What a lost phone collected is written in its courier's name by the supervisor who let it count.

-- Whether the asker agreed to the scan that an entry comes from. As its owner: the line is the register's.
CREATE FUNCTION postal_agreed(scan uuid, courier bigint) RETURNS boolean LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        RETURN EXISTS (SELECT 1 FROM event e
                        WHERE e.scan_id = scan AND e.person_id = courier
                          AND e.approver_id = postal_person());
    END $$;

CREATE POLICY agreed ON entry FOR INSERT TO postal_app
    WITH CHECK (kind = 'collect' AND postal_agreed(key, person_id));
CREATE POLICY agreed ON posting FOR INSERT TO postal_app
    WITH CHECK (EXISTS (SELECT 1 FROM entry e
                         WHERE e.id = posting.entry_id AND e.kind = 'collect'
                           AND postal_agreed(e.key, e.person_id)));
