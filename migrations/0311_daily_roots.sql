-- Each night's signature over the ends of the chains that moved on the day before.

CREATE TABLE daily_root (
    -- in Vietnam; every day from the first line on has one, a day without lines too
    day       date        PRIMARY KEY,
    -- lines heard that day, and the dossiers they belong to
    events    bigint      NOT NULL CHECK (events >= 0),
    dossiers  bigint      NOT NULL CHECK (dossiers >= 0),
    -- what the root covers: dossier (8 bytes), place (4) and hash (32) of the last line heard
    -- that day, by dossier; kept so that a difference can be named
    heads     bytea       NOT NULL CHECK (length(heads) = 44 * dossiers),
    -- the root of the day before; 32 bytes of nothing before the first
    previous  bytea       NOT NULL CHECK (length(previous) = 32),
    -- sha256 over previous and heads
    root      bytea       NOT NULL CHECK (length(root) = 32),
    -- which key signed, and its Ed25519 signature over day, counts, previous and root
    key_id    text        NOT NULL,
    signature bytea       NOT NULL CHECK (length(signature) = 64),
    signed_at timestamptz NOT NULL
);
CREATE TRIGGER daily_root_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON daily_root
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE daily_root ENABLE ALWAYS TRIGGER daily_root_is_append_only;

ALTER TABLE daily_root ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON daily_root TO CURRENT_USER USING (true) WITH CHECK (true);
-- hashes and counts: nobody's secret
CREATE POLICY seen ON daily_root FOR SELECT TO postal_app USING (true);
CREATE POLICY signed ON daily_root FOR INSERT TO postal_app WITH CHECK (postal_service());
GRANT SELECT, INSERT ON daily_root TO postal_app;
