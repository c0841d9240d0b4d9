"""The tools across platforms."""
