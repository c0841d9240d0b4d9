"""The sample data: the shop Harbour, on the morning when its checkout hotfix is tested."""
