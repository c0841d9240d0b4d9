"""Testdesk, an MCP server for test platforms. Importing this package has no side effect."""
