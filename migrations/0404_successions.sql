-- An agency or office that ends names its successor: what is open passes to it on that day, by events.

CREATE TABLE succession (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- drawn by the page: the second click is the first one
    form_id   uuid        NOT NULL UNIQUE,
    kind      text        NOT NULL CHECK (kind IN ('agency', 'office')),
    -- of one table or the other, by kind
    old_id    bigint      NOT NULL,
    new_id    bigint      NOT NULL,
    -- the first day on which the successor answers
    starts_on date        NOT NULL,
    -- the decision it rests on
    ground    text        NOT NULL CHECK (length(ground) BETWEEN 1 AND 200),
    made_by   bigint      REFERENCES person,
    made_at   timestamptz NOT NULL,
    done_at   timestamptz,
    -- how many dossiers, papers, lists and people have passed
    passed    jsonb       NOT NULL DEFAULT '{}',
    CHECK (old_id <> new_id),
    -- one successor each
    UNIQUE (kind, old_id)
);
CREATE INDEX succession_waiting ON succession (starts_on) WHERE done_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON succession TO postal_app;
ALTER TABLE succession ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON succession TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON succession FOR SELECT TO postal_app USING (true);
CREATE POLICY written ON succession FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'manager');
CREATE POLICY carried_out ON succession FOR UPDATE TO postal_app
    USING (postal_service()) WITH CHECK (postal_service());
