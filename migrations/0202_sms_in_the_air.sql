-- What is due and what is in the air are looked for apart: one pile does not hide the other.

-- The tables are young and small: an index is built in a moment.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
DROP INDEX sms_due;
CREATE INDEX sms_due ON sms (next_attempt_at) WHERE state = 'queued';
CREATE INDEX sms_in_the_air ON sms (next_attempt_at) WHERE state = 'sending';
