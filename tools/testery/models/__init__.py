"""What the Testery API answers and takes."""
