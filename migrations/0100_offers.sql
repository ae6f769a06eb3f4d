-- A paper changes hands in two steps: its holder offers it to one taker, and the taker accepts.

-- The register is empty wherever this runs: the pilot has not begun, so nobody waits for these locks.
-- squawk-ignore-file constraint-missing-not-valid, ban-drop-constraint, require-concurrent-index-creation
-- squawk-ignore-file adding-foreign-key-constraint, disallowed-unique-constraint

ALTER TABLE consignment
    -- to whom the holder offers it now; until that one accepts, the holder holds
    ADD COLUMN offered_kind text CHECK (offered_kind IN ('office', 'courier', 'agency')),
    ADD COLUMN offered_id   bigint,
    -- where it was before it went missing: what "found" brings it back to
    ADD COLUMN was          text,
    ADD CONSTRAINT consignment_offer CHECK ((offered_kind IS NULL) = (offered_id IS NULL)),
    -- office_id is the office in charge now: a bag that is opened elsewhere moves it there.
    -- S: papers the agency asked for; O: originals taken back at the door, to the agency
    DROP CONSTRAINT consignment_leg_check,
    ADD CONSTRAINT consignment_leg_check CHECK (leg IN ('F', 'S', 'R', 'B', 'O')),
    -- a result that came back undelivered may be sent again, papers may be asked for twice
    DROP CONSTRAINT consignment_dossier_id_leg_key;
CREATE INDEX consignment_dossier ON consignment (dossier_id, id);
CREATE INDEX consignment_offer ON consignment (offered_kind, offered_id) WHERE offered_kind IS NOT NULL;

-- Each line of the register says all that a consignment is after it, so that a mistake can be
-- undone by a further line that says again what the one before said.
ALTER TABLE event
    ADD COLUMN office_id    bigint REFERENCES office,
    ADD COLUMN offered_kind text,
    ADD COLUMN offered_id   bigint,
    -- the line this one makes undone; a line is undone once
    ADD COLUMN undoes       uuid UNIQUE REFERENCES event (scan_id),
    -- the second person, where the act asks for one
    ADD COLUMN approver_id  bigint REFERENCES person;
UPDATE event e SET office_id = c.office_id FROM consignment c WHERE c.id = e.consignment_id;
CREATE INDEX event_consignment ON event (consignment_id, id) WHERE consignment_id IS NOT NULL;
