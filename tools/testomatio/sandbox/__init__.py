"""An imitation of the Testomat.io API, written from its reference and from nothing else."""
