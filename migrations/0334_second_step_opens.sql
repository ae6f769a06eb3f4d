-- The authenticator's secret opens like every other closed column: by the function of its name.

CREATE FUNCTION secret(second_step) RETURNS sealed LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT ROW('second_step.secret', $1.person_id::text, $1.secret_sealed)::public.sealed $$;
