"""The MCP server: wiring, guards, the request pipeline, the command line."""
