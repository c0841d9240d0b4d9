"""Tests of tools/kit/sandbox."""
