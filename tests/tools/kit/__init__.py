"""Tests of tools/kit."""
