"""The MCP server: wiring, guards, the road of a call, the command line."""
