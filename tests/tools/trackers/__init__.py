"""Trackers, against their fake APIs."""
