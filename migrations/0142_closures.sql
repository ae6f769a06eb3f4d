-- Storms and landslides: an office, a commune or a road that nobody reaches for a while.

-- The register is empty wherever this runs: the pilot has not begun, so nobody waits for these locks.
-- squawk-ignore-file constraint-missing-not-valid, ban-drop-constraint

-- why something is closed is a closed list too: citizens read it
ALTER TABLE reason
    DROP CONSTRAINT reason_reason_group_check,
    ADD CONSTRAINT reason_reason_group_check CHECK (reason_group IN (
        'delivery_failed', 'pickup_failed', 'custody_discrepancy', 'correction',
        'pause', 'refusal', 'late', 'withdrawal', 'closure'));

CREATE TABLE closure (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text        NOT NULL CHECK (kind IN ('office', 'commune', 'road')),
    -- whose couriers are kept from it
    office_id    bigint      NOT NULL REFERENCES office,
    -- GSO codes of units in force; a road is named by the commune it leads to, and the one it
    -- comes from
    commune      text,
    from_commune text,
    reason       text        NOT NULL REFERENCES reason (code),
    starts_at    timestamptz NOT NULL,
    -- expected until it is lifted
    until_day    date        NOT NULL,
    declared_by  bigint      NOT NULL REFERENCES person,
    declared_at  timestamptz NOT NULL,
    lifted_by    bigint      REFERENCES person,
    lifted_at    timestamptz,
    -- drawn by the page: the second click is the first one
    form_id      uuid        NOT NULL UNIQUE,
    -- when its papers were last looked through: any number of workers share the closures
    looked_at    timestamptz,
    CHECK ((kind = 'office') = (commune IS NULL)),
    CHECK ((kind = 'road') = (from_commune IS NOT NULL)),
    CHECK ((lifted_by IS NULL) = (lifted_at IS NULL))
);
CREATE INDEX closure_open ON closure (office_id) WHERE lifted_at IS NULL;

-- Which papers it holds up: the round, the promise, the message and the list all read this.
CREATE TABLE closure_notice (
    closure_id     bigint      NOT NULL REFERENCES closure,
    consignment_id bigint      NOT NULL REFERENCES consignment,
    dossier_id     bigint      NOT NULL REFERENCES dossier,
    at             timestamptz NOT NULL,
    PRIMARY KEY (closure_id, consignment_id)
);
CREATE INDEX closure_notice_consignment ON closure_notice (consignment_id);
CREATE INDEX closure_notice_dossier ON closure_notice (dossier_id);

GRANT SELECT, INSERT, UPDATE ON closure TO postal_app;
GRANT SELECT, INSERT ON closure_notice TO postal_app;
