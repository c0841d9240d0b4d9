"""Testery: its tools, its client, and its quirks, over its sandbox."""
