"""What every platform folder is made of."""
