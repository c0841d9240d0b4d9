"""Testomat.io, the test management platform."""
