"""Orders to fetch papers at a citizen's home."""
