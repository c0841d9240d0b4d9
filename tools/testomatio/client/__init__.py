"""The calls of Testomat.io, by subject."""
