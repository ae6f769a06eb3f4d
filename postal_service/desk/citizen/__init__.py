"""What a citizen sees, is told and may ask for; and who looked at her data."""
