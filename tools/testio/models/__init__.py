"""What test IO answers, as far as we use it."""
