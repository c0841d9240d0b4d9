"""A fake Testery API, written from the vendor's reference and nothing else."""
