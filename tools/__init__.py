"""The platforms and what they are made of; nothing here has heard of MCP."""
