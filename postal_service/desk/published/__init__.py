"""What the province publishes, with the days it is in force: offices, procedures, prices."""
