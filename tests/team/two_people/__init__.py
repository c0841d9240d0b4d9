"""Attempts of people who share one server on each other, by subject; all of them run on one running server."""
