"""The evening count of what lies at an office."""
