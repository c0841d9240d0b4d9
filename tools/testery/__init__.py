"""Testery, the platform that orchestrates automated test runs."""
