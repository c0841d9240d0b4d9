"""The fake API of Testomat.io: that it answers what its reference says."""
