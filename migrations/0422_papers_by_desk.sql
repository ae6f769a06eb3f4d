-- What a desk printed last, found without reading through what the province printed.

-- The runner's transaction allows no concurrent building, and the table is young and small.
-- squawk-ignore-file require-concurrent-index-creation

CREATE INDEX paper_office ON paper (office_id, made_at) WHERE office_id IS NOT NULL;
CREATE INDEX paper_agency ON paper (agency_id, made_at) WHERE agency_id IS NOT NULL;
