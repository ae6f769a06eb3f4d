"""What supervisors look after: silences, incidents, closures, rosters, approvals."""
