"""A fake Customer API v2, written from the vendor's reference and nothing else."""
