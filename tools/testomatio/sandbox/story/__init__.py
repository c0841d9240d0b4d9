"""The sample data: the test management of the shop Harbour, while a hotfix is under test."""
