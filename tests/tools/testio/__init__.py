"""Tests of test IO, subject by subject."""
