"""The story the sandbox begins with: the shop Harbour, on the morning its checkout hotfix is tested."""
