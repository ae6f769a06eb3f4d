-- What proves that a paper was handed over, or that somebody was at the door: beside the register,
-- which holds hashes and closed codes only.

ALTER TABLE delivery_proof
    -- which paper the courier looked at, and its last four characters. Never an image of it.
    ADD COLUMN id_kind       text CHECK (id_kind IN ('cccd', 'cmnd', 'passport', 'driver', 'other')),
    ADD COLUMN id_last4      text CHECK (id_last4 ~ '^[0-9A-Z]{4}$'),
    -- the number on the paper by which the addressee lets another person take it
    ADD COLUMN authorisation text CHECK (length(authorisation) BETWEEN 1 AND 60);

-- Drawn anew from what was sent: nothing of the sender's own file is kept, its place least of all.
CREATE TABLE proof_file (
    sha256  bytea       PRIMARY KEY CHECK (length(sha256) = 32),
    media   text        NOT NULL CHECK (media IN ('image/png', 'image/jpeg')),
    content bytea       NOT NULL CHECK (length(content) BETWEEN 1 AND 1048576),
    kept_at timestamptz NOT NULL
);

-- A picture travels apart from its scan, before it or after it, and again until the phone hears.
CREATE TABLE proof_attachment (
    -- no key to event: a picture may be here before its scan
    scan_id  uuid        NOT NULL,
    -- of what the phone sent: the hash its scan names in the register
    sent     bytea       NOT NULL CHECK (length(sent) = 32),
    kind     text        NOT NULL CHECK (kind IN ('signature', 'photo')),
    sha256   bytea       NOT NULL REFERENCES proof_file,
    added_by bigint      NOT NULL REFERENCES person,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (scan_id, sent)
);
CREATE INDEX proof_attachment_file ON proof_attachment (sha256);

GRANT SELECT, INSERT ON proof_file, proof_attachment TO postal_app;
