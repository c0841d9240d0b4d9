"""Shared building blocks of the platforms."""
