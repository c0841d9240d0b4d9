"""Pages that hosts show beside the answers of tools."""
