-- Links and phones that asked may be forgotten once they ended; their policies leave that to the job.

GRANT DELETE ON phone_request, one_time_link TO postal_app;
