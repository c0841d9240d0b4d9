"""The files with which Testdesk is published: a bundle for desktop hosts, and an entry of the MCP registry."""
