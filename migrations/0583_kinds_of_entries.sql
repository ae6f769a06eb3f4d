-- An entry is taken back by two people; an agency's money passes to its successor.

-- squawk-ignore-file constraint-missing-not-valid, ban-drop-constraint

-- reverse_entry: its subject is the entry's id
ALTER TABLE approval
    DROP CONSTRAINT approval_kind_check,
    ADD CONSTRAINT approval_kind_check CHECK (kind IN (
        'undo', 'redirect', 'declare_lost', 'send_back', 'close_bag', 'close_incident',
        'reissue_receipt', 'second_supplement', 'second_extension', 'reverse_entry'));
-- pass: what is held for an agency, or lies in an office, belongs to its successor
ALTER TABLE entry
    DROP CONSTRAINT entry_kind_check,
    ADD CONSTRAINT entry_kind_check CHECK (kind IN (
        'collect', 'refund', 'float', 'pay_in', 'difference', 'bank_in', 'match', 'settle',
        'reverse', 'pass'));
