"""An administrator changes what is published, from a later day: by hand or as a file."""
