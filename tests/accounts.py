"""A desk with two accounts of every platform, on one fake API each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from mcp.types import ElicitResult

from server.app import build
from server.sandbox import SandboxTransport
from server.settings import Settings
from server.store import ledger
from server.store.engine import Engine
from tests.desk import YES, Desk, desk, sandboxes, settings
from tests.stores import store_at
from tools.kit.network import Network
from tools.platforms import PLATFORMS


def two_accounts(folder: Path, more: str = "", **environment: str) -> Settings:
    """Settings on the sandbox with the accounts `shop-KEY`, the default one, and `web-KEY` of each platform."""
    file = folder / "testdesk.toml"
    sections = [
        f'[accounts.web-{p.key}]\nplatform = "{p.key}"\n[accounts.shop-{p.key}]\nplatform = "{p.key}"\ndefault = true\n'
        for p in PLATFORMS
    ]
    file.write_text("".join([*sections, more]), encoding="utf-8")
    return settings({"TESTDESK_CONFIG": str(file), **environment})


@dataclass
class Listening(httpx.AsyncBaseTransport):
    """The sandboxes, with every request as it left."""

    inner: httpx.AsyncBaseTransport
    sent: list[str] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        headers = [f"{name}: {value}" for name, value in request.headers.items()]
        self.sent.append("\n".join([f"{request.method} {request.url}", *headers, body.decode("utf-8", "replace")]))
        return await self.inner.handle_async_request(request)


@dataclass
class Pair:
    """The desk, what left it, and what is on record."""

    desk: Desk
    settings: Settings
    listening: Listening
    engine: Engine

    def carried(self) -> set[str]:
        """The accounts whose credentials were sent since the last look."""
        sent = "\n".join(self.listening.sent)
        self.listening.sent.clear()
        return {
            name
            for accounts in self.settings.accounts.values()
            for name, account in accounts.items()
            if any(value.get_secret_value() in sent for value in account.credentials.values())
        }

    async def records(self) -> list[dict[str, Any]]:
        """The first record of each act."""
        found = await self.engine.run(lambda db: list(ledger.entries(db)))
        return [dict(entry.record) for entry in found if entry.record["kind"] == "sent"]


@asynccontextmanager
async def pair(
    folder: Path, mode: str = "auto", *, person: ElicitResult | None = YES, more: str = ""
) -> AsyncIterator[Pair]:
    """Open a desk with two accounts of each platform, and more in the configuration file."""
    chosen, world, engine = two_accounts(folder, more), sandboxes(), store_at(None)
    listening = Listening(SandboxTransport(world))
    server = build(chosen, network=Network(listening), engine=engine)
    async with desk(mode, person=person, told=chosen, world=world, server=server) as d:
        yield Pair(d, chosen, listening, engine)
