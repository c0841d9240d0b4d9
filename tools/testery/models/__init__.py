"""The documents that the Testery API returns and takes."""
