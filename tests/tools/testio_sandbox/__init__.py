"""The fake API of test IO, subject by subject."""
