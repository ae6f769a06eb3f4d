-- Papers beyond the published list, which a citizen insisted on and nobody may ask for.

ALTER TABLE intake_document
    ADD COLUMN voluntary boolean NOT NULL DEFAULT false;
