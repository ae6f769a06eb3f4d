-- What the counter writes down beside the register: papers, money lines, prints, drafts.

CREATE TABLE intake (
    dossier_id      bigint      PRIMARY KEY REFERENCES dossier,
    -- drawn by the clerk's page: the second click finds the first's receipt
    form_id         uuid        NOT NULL UNIQUE,
    clerk_id        bigint      NOT NULL REFERENCES person,
    -- Thông tư 01/2018 or 03/2025: an old dossier prints old forms
    form_set        text        NOT NULL CHECK (form_set IN ('TT01-2018', 'TT03-2025')),
    weight_g        integer     NOT NULL CHECK (weight_g BETWEEN 1 AND 30000),
    sets            smallint    NOT NULL DEFAULT 1 CHECK (sets BETWEEN 1 AND 99),
    -- whole đồng; state money and postage are never netted
    le_phi_vnd      bigint      NOT NULL CHECK (le_phi_vnd >= 0),
    phi_vnd         bigint      NOT NULL CHECK (phi_vnd >= 0),
    postage_out_vnd bigint      NOT NULL CHECK (postage_out_vnd >= 0),
    -- paid by the receiver at the door
    postage_back_vnd bigint     NOT NULL CHECK (postage_back_vnd >= 0)
);

CREATE TABLE intake_document (
    dossier_id  bigint   NOT NULL REFERENCES intake,
    ordinal     smallint NOT NULL,
    name_vi     text     NOT NULL,
    originals   smallint NOT NULL CHECK (originals BETWEEN 0 AND 99),
    certified   smallint NOT NULL CHECK (certified BETWEEN 0 AND 99),
    photocopies smallint NOT NULL CHECK (photocopies BETWEEN 0 AND 99),
    PRIMARY KEY (dossier_id, ordinal)
);

-- Each print of a receipt; from the second on it is marked as a copy.
CREATE TABLE receipt_print (
    dossier_id bigint      NOT NULL REFERENCES dossier,
    ordinal    smallint    NOT NULL,
    person_id  bigint      NOT NULL REFERENCES person,
    at         timestamptz NOT NULL,
    PRIMARY KEY (dossier_id, ordinal)
);

-- A form laid aside while the citizen fetches a paper.
CREATE TABLE draft (
    form_id   uuid        PRIMARY KEY,
    office_id bigint      NOT NULL REFERENCES office,
    person_id bigint      NOT NULL REFERENCES person,
    label     text        NOT NULL,
    form      jsonb       NOT NULL,
    held_at   timestamptz NOT NULL
);
CREATE INDEX draft_person ON draft (person_id, held_at);

-- Who took the paper at the door or the counter. The name stays out of the register.
CREATE TABLE delivery_proof (
    scan_id       uuid   PRIMARY KEY REFERENCES event (scan_id),
    receiver_name text   NOT NULL CHECK (length(receiver_name) BETWEEN 1 AND 120),
    relation      text   NOT NULL
);

-- What a person must do because a message cannot do it.
CREATE TABLE task (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    office_id  bigint      NOT NULL REFERENCES office,
    dossier_id bigint      NOT NULL REFERENCES dossier,
    -- call_citizen: no phone that takes messages, or the network refused it
    kind       text        NOT NULL CHECK (kind IN ('call_citizen')),
    -- one task a cause
    cause      text        NOT NULL UNIQUE,
    text_vi    text        NOT NULL,
    opened_at  timestamptz NOT NULL,
    done_at    timestamptz,
    done_by    bigint      REFERENCES person
);
CREATE INDEX task_open ON task (office_id, opened_at) WHERE done_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON intake, intake_document, receipt_print, delivery_proof, task TO postal_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON draft TO postal_app;
