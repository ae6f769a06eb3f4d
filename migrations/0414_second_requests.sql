-- What an agency may not do alone, and why it passes a dossier on or asks again.

-- The register is empty wherever this runs: the pilot has not begun, so nobody waits for these locks.
-- squawk-ignore-file constraint-missing-not-valid, ban-drop-constraint

ALTER TABLE reason
    DROP CONSTRAINT reason_reason_group_check,
    ADD CONSTRAINT reason_reason_group_check CHECK (reason_group IN (
        'delivery_failed', 'pickup_failed', 'custody_discrepancy', 'correction',
        'pause', 'refusal', 'late', 'withdrawal', 'closure', 'second_request', 'transfer'));

ALTER TABLE approval
    DROP CONSTRAINT approval_kind_check,
    ADD CONSTRAINT approval_kind_check CHECK (kind IN (
        'undo', 'redirect', 'declare_lost', 'send_back', 'close_bag', 'close_incident',
        'reissue_receipt', 'second_supplement', 'second_extension'));
