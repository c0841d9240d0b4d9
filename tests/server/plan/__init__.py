"""Tests of testdesk plan."""
