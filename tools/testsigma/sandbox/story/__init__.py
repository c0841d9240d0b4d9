"""The sample data: the shop Harbour while the hotfix 9.0.1 is tested by hand."""
