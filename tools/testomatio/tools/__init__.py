"""The tools of Testomat.io, by subject."""
