"""Attempts to instruct an assistant from inside a platform's data, and the rules they meet."""
