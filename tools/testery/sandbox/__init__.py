"""An imitation of the Testery API, written from its reference and from nothing else."""
