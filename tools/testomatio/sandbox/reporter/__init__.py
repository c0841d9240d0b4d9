"""Families C and D: reporting and importing, by a project token in the query."""
