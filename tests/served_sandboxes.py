"""Sandboxes on a port of loopback, for tests that reach them as another process does."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from server.sandbox import serve_on_ports
from tools.kit.sandbox.sandbox import Sandbox


@asynccontextmanager
async def serve_on_port(sandboxes: Mapping[str, Sandbox], port: int = 0) -> AsyncIterator[str]:
    """Serve the sandboxes without ports of their own, and yield the origin; port 0 takes a free one."""
    async with serve_on_ports(sandboxes, port, None) as addresses:
        yield addresses.origin
