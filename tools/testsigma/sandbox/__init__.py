"""An imitation of the Test Management API v1, written from its reference and from nothing else."""
