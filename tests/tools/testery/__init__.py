"""Tests of Testery's tools and client over its sandbox."""
