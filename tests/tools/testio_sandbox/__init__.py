"""The imitation of test IO, subject by subject."""
