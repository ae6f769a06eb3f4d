-- The province's units, those of today and those that have ended: addresses name both.

-- Periods are half-open; NULL is open.
CREATE TABLE unit (
    id              bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- of the General Statistics Office, which gives codes out again: 24781 was Phường 2 and is
    -- now Phường Xuân Hương - Đà Lạt. Known by its code and its first day, never by the code.
    code            text    NOT NULL CHECK (code ~ '^\d{2,5}$'),
    name            text    NOT NULL CHECK (name <> ''),
    folded          text    NOT NULL GENERATED ALWAYS AS (vn_fold(name)) STORED,
    level           text    NOT NULL CHECK (level IN ('province', 'district', 'commune')),
    -- codes, not keys: a district outlives the rows of its communes and the other way round
    district        text,
    parent          text,
    lat             double precision NOT NULL CHECK (lat BETWEEN 8 AND 24),
    lon             double precision NOT NULL CHECK (lon BETWEEN 102 AND 118),
    valid_from      date,
    valid_to        date,
    successor       text,
    successor_2025  text,
    area_km2        double precision CHECK (area_km2 > 0),
    -- an ended commune borrows the point of its successor: how far off that can be
    accuracy_km     double precision CHECK (accuracy_km >= 0),
    coord_source    text    NOT NULL,
    in_old_lam_dong boolean NOT NULL,
    -- a person changed the row: loading the published table again leaves it
    edited_at       timestamptz,
    -- most old units have no known first day; two such rows of one code would be one unit twice
    UNIQUE NULLS NOT DISTINCT (code, valid_from),
    CHECK (valid_from < valid_to)
);

GRANT SELECT, INSERT, UPDATE ON unit TO postal_app;
