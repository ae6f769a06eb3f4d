-- What an officer writes to the citizen beside a ruling: free text, so it stays out of the register.

CREATE TABLE ruling_note (
    -- of the ruling; one sentence or list a ruling, never changed
    scan_id uuid PRIMARY KEY REFERENCES event (scan_id),
    -- may name people: shown to the agency, and to the citizen after the second factor
    text    text NOT NULL CHECK (length(text) BETWEEN 1 AND 500)
);

GRANT SELECT, INSERT ON ruling_note TO postal_app;
