"""The sample data: the shop Harbour, the day after its release test."""
