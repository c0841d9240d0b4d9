"""An imitation of the Customer API v2, written from its reference and from nothing else."""
