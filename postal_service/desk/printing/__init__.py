"""What is printed, kept and printed again; the forms themselves are in ``papers``."""
