"""A fake Test Management API v1, written from the vendor's reference and nothing else."""
