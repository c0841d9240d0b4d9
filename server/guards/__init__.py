"""What stands between an assistant and an account."""
