"""The fake API of Testery, subject by subject."""
