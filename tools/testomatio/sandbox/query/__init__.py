"""TQL: parsed, and matched against tests and runs."""
