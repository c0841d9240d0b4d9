"""Trackers: where developers work, and where defects are handed over to."""
