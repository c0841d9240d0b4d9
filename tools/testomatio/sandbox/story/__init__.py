"""The story the sandbox begins with: the test management of the shop Harbour, while a hotfix is under test."""
