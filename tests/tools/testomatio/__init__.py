"""Testomat.io through its tools."""
