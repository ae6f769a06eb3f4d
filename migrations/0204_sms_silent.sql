-- Messages that a network took and never spoke of again, found by how long that is ago.

-- The table is young and small: an index is built in a moment.
-- squawk-ignore-file require-concurrent-index-creation
CREATE INDEX sms_silent ON sms (sent_at) WHERE state = 'sent';
