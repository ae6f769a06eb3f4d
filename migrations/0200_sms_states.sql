-- A message may also end delivered, undelivered, superseded by a newer stage, or expired unsent.

-- Wider checks replace narrower ones: no row and no client that met the old ones fails the new.
-- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid
ALTER TABLE sms
    DROP CONSTRAINT sms_state_check,
    DROP CONSTRAINT sms_check,
    -- superseded: a newer stage made it pointless before it left. expired: it would have said
    -- something false by the time it could leave
    ADD CONSTRAINT sms_state_check CHECK (state IN (
        'queued', 'sending', 'sent', 'delivered', 'undelivered', 'refused', 'unknown',
        'superseded', 'expired')),
    ADD CONSTRAINT sms_sent_at CHECK (
        (state IN ('sent', 'delivered', 'undelivered')) = (sent_at IS NOT NULL)),
    -- when what it says stops being true; none: it keeps
    ADD COLUMN valid_until timestamptz;
