"""Family A: the public API v2, by a general or a project token."""
