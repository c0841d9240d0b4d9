"""Sandboxes on a port of loopback, for tests that reach them as another process does."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import SimpleNamespace

import anyio
import pytest

from server.sandbox import serve_on_ports
from tools.kit.sandbox.sandbox import Sandbox


@asynccontextmanager
async def serve_on_port(sandboxes: Mapping[str, Sandbox], port: int = 0) -> AsyncIterator[str]:
    """Serve the sandboxes without ports of their own, and yield the origin; port 0 takes a free one."""
    async with serve_on_ports(sandboxes, port, None) as addresses:
        yield addresses.origin


def hold_delays(monkeypatch: pytest.MonkeyPatch) -> tuple[anyio.Event, anyio.Event]:
    """Let the sandboxes' delays wait for an event: the first one is set when a delay begins, the second one ends it."""
    has_begun, go_on = anyio.Event(), anyio.Event()

    async def hold(seconds: float) -> None:
        has_begun.set()
        await go_on.wait()

    monkeypatch.setattr("tools.kit.sandbox.composition.anyio", SimpleNamespace(sleep=hold))
    return has_begun, go_on
