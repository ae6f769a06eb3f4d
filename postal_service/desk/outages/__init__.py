"""Printed sheets for the hours without power, and their numbers."""
