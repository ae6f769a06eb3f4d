-- Searching as people type: without accents, in any Unicode form, with a slip of the finger.

CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
-- one code may not have two versions on one day: the exclusion constraints need = inside GiST
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- "Lộc Châu", its decomposed twin and "loc chau" all become "loc chau". unaccent() is only
-- stable because its dictionary could be exchanged; ours never is, and a generated column
-- wants an immutable function. Names are qualified: a dump is restored with an empty
-- search_path. The "C" collation keeps lower() from depending on the server's locale.
CREATE FUNCTION vn_fold(text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(public.unaccent('public.unaccent'::regdictionary, normalize($1, NFC)) COLLATE "C");

-- The first letters of a folded name: clerks type "gplx" for giấy phép lái xe.
CREATE FUNCTION vn_initials(text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(public.vn_fold($1), '([a-z0-9])[a-z0-9]*[^a-z0-9]*', '\1', 'g');
