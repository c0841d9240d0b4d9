"""Tests of the standing orders."""
