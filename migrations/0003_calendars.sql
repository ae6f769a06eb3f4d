-- When agencies and post offices are open, and which days differ from an ordinary week.

CREATE TABLE calendar_session (
    id                  bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- agencies and offices that keep the same hours share them under one name
    hours_group         text     NOT NULL CHECK (hours_group <> ''),
    -- 1 is Monday, 7 is Sunday, as in ISO 8601
    weekdays            bigint[] NOT NULL
        CHECK (weekdays <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::bigint[] AND cardinality(weekdays) > 0),
    session             text     NOT NULL CHECK (session <> ''),
    open                time     NOT NULL,
    close               time     NOT NULL,
    accepts_reception   boolean  NOT NULL,
    -- a Saturday of reception takes papers in, and no legal limit runs during it
    counts_for_deadline boolean  NOT NULL,
    -- half-open: in force on the first day, no longer on the last; null is open
    valid_from          date,
    valid_to            date,
    -- when a person changed the line in the product: loading leaves it alone from then on
    edited_at           timestamptz,
    CHECK (open < close),
    CHECK (valid_from < valid_to),
    CONSTRAINT calendar_session_key
        UNIQUE NULLS NOT DISTINCT (hours_group, session, weekdays, valid_from)
);

CREATE TABLE calendar_day (
    -- one line a day: a day cannot be off and worked at once
    day        date PRIMARY KEY,
    kind       text NOT NULL CHECK (kind IN ('off', 'work')),
    -- a bridge day swapped for a Saturday binds public servants; the post carries on that day
    applies_to text NOT NULL CHECK (applies_to IN ('all', 'public_servants')),
    name_vi    text NOT NULL,
    -- the Government decides each year's Tết late in the year before: until then it is a guess
    status     text NOT NULL CHECK (status IN ('official', 'provisional')),
    edited_at  timestamptz
);

-- No DELETE: hours end by a date, and a day that was off stays explained.
GRANT SELECT, INSERT, UPDATE ON calendar_session, calendar_day TO postal_app;
