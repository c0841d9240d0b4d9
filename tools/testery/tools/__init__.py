"""What an assistant can do with Testery."""
