"""The story every sandbox begins with: the shop Harbour, the day after its release test."""
