-- Messages about an order, which has no dossier yet: each tells one of its lines.

-- The runner's transaction allows no concurrent building, and the tables are young and small.
-- squawk-ignore-file require-concurrent-index-creation, constraint-missing-not-valid
-- squawk-ignore-file adding-foreign-key-constraint, disallowed-unique-constraint, ban-drop-not-null
ALTER TABLE sms
    ALTER COLUMN event_id DROP NOT NULL,
    ALTER COLUMN dossier_id DROP NOT NULL,
    ADD COLUMN order_event_id bigint REFERENCES pickup_event,
    ADD CONSTRAINT sms_tells_one_line CHECK (
        (event_id IS NULL) = (order_event_id IS NOT NULL)
        AND (event_id IS NULL) = (dossier_id IS NULL)),
    ADD CONSTRAINT sms_order_once UNIQUE (order_event_id, recipient_id, template);

CREATE POLICY of_orders ON sms FOR SELECT TO postal_app USING (
    order_event_id IS NOT NULL
    AND EXISTS (SELECT FROM pickup_event e WHERE e.id = order_event_id));
