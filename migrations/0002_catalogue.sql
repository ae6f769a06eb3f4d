-- What the province publishes: offices, agencies, procedures and their papers, prices, reasons.
-- Nothing is deleted; what changes gets a new version with its own days.

-- In every table here: a period is half-open, NULL is open; demo = plausible but not seen in a
-- public source, so pages say so; edited_at = a person changed the row, `postal load` leaves it.

CREATE TABLE office (
    id           bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- the 5-digit postal code, or a code with a D in it for an invented office of the demo
    code         text    NOT NULL UNIQUE CHECK (code ~ '^\d{2}[0-9D]\d{2}$'),
    name         text    NOT NULL CHECK (name <> ''),
    kind         text    NOT NULL
        CHECK (kind IN ('province centre', 'district centre', 'office', 'commune point')),
    -- GSO code of the district it delivered in; tariffs still ask for it now that districts are gone
    district     text    NOT NULL,
    commune_2019 text    NOT NULL,
    commune_2025 text    NOT NULL,
    lat          double precision NOT NULL CHECK (lat BETWEEN 8 AND 24),
    lon          double precision NOT NULL CHECK (lon BETWEEN 102 AND 118),
    address      text,
    phone        text,
    -- printed on papers and in messages: what a citizen calls
    hotline      text    NOT NULL CHECK (hotline ~ '^0\d{9,10}$'),
    hours_group  text    NOT NULL,
    valid_from   date,
    valid_to     date,
    demo         boolean NOT NULL,
    source       text    NOT NULL,
    edited_at    timestamptz,
    CHECK (valid_from < valid_to)
);

CREATE TABLE agency (
    id             bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- QĐ 20/2020: read left to right. Given out anew after a merger, so only a key with its day.
    code           text    NOT NULL CHECK (code ~ '^[A-Z]\d{2}(\.\d{1,3}){0,3}$'),
    name_vi        text    NOT NULL CHECK (name_vi <> ''),
    short_name     text    NOT NULL,
    -- what a text message calls it: no accents, and never longer
    sms_name       text    NOT NULL CHECK (sms_name ~ '^[ -~]{1,30}$'),
    kind           text    NOT NULL CHECK (kind IN (
        'people_committee', 'department', 'one_stop_centre', 'police',
        'land_registration_office', 'land_registration_branch')),
    level          text    NOT NULL CHECK (level IN ('province', 'district', 'commune')),
    parent_code    text,
    -- GSO code of the area it serves, and of the commune its building stands in, old and new
    unit_code      text    NOT NULL,
    seat_unit_2019 text,
    seat_unit_2025 text,
    address        text    NOT NULL,
    phone          text,
    hours_group    text    NOT NULL,
    valid_from     date,
    valid_to       date,
    demo           boolean NOT NULL,
    source         text    NOT NULL,
    edited_at      timestamptz,
    folded         text    NOT NULL
        GENERATED ALWAYS AS (vn_fold(name_vi || ' ' || short_name || ' ' || sms_name)) STORED,
    CHECK (valid_from < valid_to),
    CONSTRAINT agency_version UNIQUE NULLS NOT DISTINCT (code, valid_from),
    -- deferred: a load may end one version and begin the next in either order
    CONSTRAINT agency_one_a_day EXCLUDE USING gist
        (code WITH =, daterange(valid_from, valid_to) WITH &&) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE procedure (
    id                    bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code                  text    NOT NULL CHECK (code ~ '^\d\.\d{6}$'),
    version               integer NOT NULL CHECK (version > 0),
    name_vi               text    NOT NULL CHECK (name_vi <> ''),
    name_en               text    NOT NULL,
    field_vi              text    NOT NULL,
    level                 text    NOT NULL CHECK (level IN ('province', 'district', 'commune')),
    -- 0 with cutoff_15h: the same day when received by 15:00, else the next working day
    time_value            integer NOT NULL CHECK (time_value >= 0),
    time_unit             text    NOT NULL
        CHECK (time_unit IN ('working_hour', 'working_day', 'day', 'month')),
    cutoff_15h            boolean NOT NULL,
    le_phi_vnd            bigint  NOT NULL CHECK (le_phi_vnd >= 0),
    phi_vnd               bigint  NOT NULL CHECK (phi_vnd >= 0),
    fee_note              text,
    -- QĐ 45/2016 lets each authority publish what may not go by post, leg by leg
    bcci_forward          boolean NOT NULL,
    bcci_return           boolean NOT NULL,
    to_addressee_only     boolean NOT NULL,
    -- must be with the agency before the result is handed over
    originals_to_withdraw text[]  NOT NULL,
    valid_from            date    NOT NULL,
    valid_to              date,
    -- only where one agency has it for the whole province
    agency_code           text,
    replaces              text,
    demo                  boolean NOT NULL,
    -- which columns were seen in a public source
    verified_fields       text[]  NOT NULL,
    source                text    NOT NULL,
    edited_at             timestamptz,
    folded                text    NOT NULL
        GENERATED ALWAYS AS (vn_fold(name_vi || ' ' || field_vi || ' ' || name_en)) STORED,
    initials              text    NOT NULL GENERATED ALWAYS AS (vn_initials(name_vi)) STORED,
    CHECK (valid_from < valid_to),
    CONSTRAINT procedure_version UNIQUE (code, version),
    CONSTRAINT procedure_one_a_day EXCLUDE USING gist
        (code WITH =, daterange(valid_from, valid_to) WITH &&) DEFERRABLE INITIALLY DEFERRED
);

-- The agency's published list. The counter may not ask for anything that is not on it.
CREATE TABLE procedure_document (
    id           bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    procedure_id bigint  NOT NULL REFERENCES procedure,
    ordinal      integer NOT NULL CHECK (ordinal > 0),
    name_vi      text    NOT NULL CHECK (name_vi <> ''),
    originals    integer NOT NULL CHECK (originals >= 0),
    certified    integer NOT NULL CHECK (certified >= 0),
    photocopies  integer NOT NULL CHECK (photocopies >= 0),
    -- false: only where the case asks for it ("if" in the published list)
    required     boolean NOT NULL,
    form_no      text,
    demo         boolean NOT NULL,
    source       text    NOT NULL,
    edited_at    timestamptz,
    CONSTRAINT procedure_document_line UNIQUE (procedure_id, ordinal),
    CHECK (originals + certified + photocopies > 0)
);

CREATE TABLE tariff (
    id             bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tariff_id      text    NOT NULL,
    zone           text    NOT NULL CHECK (zone IN ('district', 'province', 'inter')),
    service        text    NOT NULL CHECK (service IN ('send', 'return', 'both')),
    fee_collection boolean NOT NULL,
    -- over < weight <= upto; the row without upto is the price of each further step
    weight_over_g  integer NOT NULL CHECK (weight_over_g >= 0),
    weight_upto_g  integer,
    step_g         integer CHECK (step_g > 0),
    price_vnd      bigint  NOT NULL CHECK (price_vnd >= 0),
    vat_included   boolean NOT NULL,
    valid_from     date    NOT NULL,
    valid_to       date,
    demo           boolean NOT NULL,
    source         text    NOT NULL,
    edited_at      timestamptz,
    CHECK (valid_from < valid_to),
    CHECK (weight_over_g < weight_upto_g),
    CHECK ((weight_upto_g IS NULL) = (step_g IS NOT NULL)),
    CONSTRAINT tariff_cell UNIQUE (tariff_id, zone, service, fee_collection, weight_over_g)
);

CREATE INDEX tariff_lookup ON tariff (zone, service, fee_collection);

-- The closed lists: why a delivery failed, why papers are asked for, why a dossier is late.
CREATE TABLE reason (
    id                   bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code                 text    NOT NULL UNIQUE CHECK (code ~ '^[A-Z]{2}\d{2}$'),
    reason_group         text    NOT NULL CHECK (reason_group IN (
        'delivery_failed', 'pickup_failed', 'custody_discrepancy', 'correction',
        'pause', 'refusal', 'late', 'withdrawal')),
    name_vi              text    NOT NULL CHECK (name_vi <> ''),
    name_en              text    NOT NULL,
    legal_ground         text,
    -- Postal Law 49/2010 art. 17.1: only these let an item be called undeliverable
    undeliverable_ground boolean NOT NULL,
    -- NULL where nothing was attempted
    counts_as_attempt    boolean,
    next_actions         text[]  NOT NULL,
    needs_approver       boolean NOT NULL,
    -- UPU EMSEVT event, where there is one
    upu_event            text,
    demo                 boolean NOT NULL,
    source               text    NOT NULL,
    edited_at            timestamptz
);

GRANT SELECT, INSERT, UPDATE
   ON office, agency, procedure, procedure_document, tariff, reason
   TO postal_app;
