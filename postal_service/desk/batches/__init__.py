"""An organisation's dossiers, taken in by file."""
