"""The story every sandbox begins with: the shop Harbour while the hotfix 9.0.1 is tested by hand."""
