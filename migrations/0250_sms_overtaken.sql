-- A newer stage makes an unsent message pointless; one that is in the air is marked, and stopped if it comes back.

-- The runner's transaction allows no concurrent building, and the tables are young and small.
-- squawk-ignore-file require-concurrent-index-creation
ALTER TABLE sms
    -- set while the network is being asked: a message that returns to the queue with it is not
    -- sent again
    ADD COLUMN overtaken_at timestamptz;
CREATE INDEX sms_overtaken ON sms (id) WHERE state = 'queued' AND overtaken_at IS NOT NULL;
-- how many messages a number got today
CREATE INDEX sms_recipient ON sms (recipient_id, send_after);
