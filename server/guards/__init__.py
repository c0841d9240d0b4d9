"""Guards between an assistant and an account."""
