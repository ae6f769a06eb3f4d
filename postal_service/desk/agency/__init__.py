"""The agency's desk: what lies on it, what its officers decide, and how their clock stands."""
