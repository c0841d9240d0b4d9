"""A fake Testomat.io API, written from the vendor's reference and nothing else."""
