-- Names, numbers and forms that lie beside the register, closed like the parties' own.

-- No version leaves these empty while the old columns are there: they go with the next file.
-- squawk-ignore-file ban-drop-not-null
ALTER TABLE party ALTER COLUMN note DROP NOT NULL;

ALTER TABLE draft
    ADD COLUMN label_sealed bytea CHECK (length(label_sealed) BETWEEN 33 AND 4096),
    -- the whole form, as JSON
    ADD COLUMN form_sealed  bytea CHECK (length(form_sealed) BETWEEN 33 AND 1048576),
    -- of the form, what is nobody's own and is counted: as typed, so no key to procedure
    ADD COLUMN procedure_id bigint,
    ALTER COLUMN label DROP NOT NULL,
    ALTER COLUMN form DROP NOT NULL;

ALTER TABLE delivery_proof
    ADD COLUMN receiver_name_sealed bytea CHECK (length(receiver_name_sealed) BETWEEN 33 AND 4096),
    ADD COLUMN id_last4_sealed      bytea CHECK (length(id_last4_sealed) BETWEEN 33 AND 4096),
    ADD COLUMN authorisation_sealed bytea CHECK (length(authorisation_sealed) BETWEEN 33 AND 4096),
    ALTER COLUMN receiver_name DROP NOT NULL;

ALTER TABLE quarantined_scan
    -- as JSON
    ADD COLUMN line_sealed bytea CHECK (length(line_sealed) BETWEEN 33 AND 1048576),
    ALTER COLUMN line DROP NOT NULL;

CREATE FUNCTION label(draft) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN $1.label_sealed IS NOT NULL THEN
          ROW('draft.label', $1.form_id::text, $1.label_sealed)::public.sealed END $$;
CREATE FUNCTION form(draft) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN $1.form_sealed IS NOT NULL THEN
          ROW('draft.form', $1.form_id::text, $1.form_sealed)::public.sealed END $$;
CREATE FUNCTION receiver_name(delivery_proof) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN $1.receiver_name_sealed IS NOT NULL THEN
          ROW('delivery_proof.receiver_name', $1.scan_id::text, $1.receiver_name_sealed)
          ::public.sealed END $$;
CREATE FUNCTION id_last4(delivery_proof) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN $1.id_last4_sealed IS NOT NULL THEN
          ROW('delivery_proof.id_last4', $1.scan_id::text, $1.id_last4_sealed)
          ::public.sealed END $$;
CREATE FUNCTION authorisation(delivery_proof) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN $1.authorisation_sealed IS NOT NULL THEN
          ROW('delivery_proof.authorisation', $1.scan_id::text, $1.authorisation_sealed)
          ::public.sealed END $$;
CREATE FUNCTION line(quarantined_scan) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN $1.line_sealed IS NOT NULL THEN
          ROW('quarantined_scan.line', $1.scan_id::text, $1.line_sealed)::public.sealed END $$;

-- the id of a party is drawn before its row is written
GRANT USAGE ON SEQUENCE party_id_seq TO postal_app;
