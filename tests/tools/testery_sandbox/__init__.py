"""The imitation of Testery, subject by subject."""
