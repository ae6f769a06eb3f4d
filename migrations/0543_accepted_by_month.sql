-- What an office accepted in a month, counted by its own index.

-- The runner's transaction allows no concurrent building.
-- squawk-ignore-file require-concurrent-index-creation
CREATE INDEX dossier_accepted ON dossier (office_id, accepted_at);
