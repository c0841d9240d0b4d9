"""Plays one case: a call through the built server and the proxy, with the fault at its place."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import anyio
from mcp.server import MCPServer
from mcp.types import CallToolResult, ImageContent

from server.app import build
from server.http_server import uvicorn_for
from server.listening import listen
from server.settings import Settings
from tests.desk import YES, desk, sandboxes, settings, text
from tests.faults.calls import FILE, Call
from tests.faults.proxy import LOOPBACK, Arrived, ChaosProxy, Plan, chaos_proxy
from tools.kit.network import Network
from tools.kit.sandbox.composition import Composition

READS: Final = {"GET", "HEAD", "OPTIONS"}
READING_POSTS: Final = ("/bugs", "/api/login")
"""Ends of the paths of requests that only read, though they are posted."""
PATIENT: Final = 60.0
"""Seconds that a read may take where no fault stalls: more than a busy machine needs."""
IMPATIENT: Final = 2.0
SETTLED: Final = re.compile(r"shows whether it was done|web app|safe to try again|Call(ing)? again")
"""What an error names to find out whether it was done, or says about trying again."""
UPLOADED: Final = 8 * 2**20
"""Bytes of a file: more than the buffers between two sockets hold."""


def is_write(method: str, path: str) -> bool:
    """Whether a request changes something on its platform."""
    return method not in READS and not path.partition("?")[0].endswith(READING_POSTS)


@dataclass(frozen=True)
class Played:
    """What came of a case."""

    result: CallToolResult
    arrived: list[Arrived]
    hits: int

    @property
    def text(self) -> str:
        return text(self.result)

    @property
    def answer(self) -> object:
        """What two equal answers have in common."""
        pictures = [block.data for block in self.result.content if isinstance(block, ImageContent)]
        return [self.result.structured_content or re.sub(r"127\.0\.0\.1:\d+", "", self.text), pictures]

    @property
    def sent(self) -> Counter[str]:
        """The writes that arrived."""
        return Counter(one.line for one in self.arrived if is_write(one.method, one.path))

    @property
    def done(self) -> Counter[str]:
        """The writes that the platform carried out."""
        carried_out = [one for one in self.arrived if one.status is not None and one.status < 400]
        return Counter(one.line for one in carried_out if is_write(one.method, one.path))


@dataclass
class Stage:
    """The sandboxes on a port, the proxy in front of them, and a server whose platforms are behind it."""

    world: Composition
    proxy: ChaosProxy
    file: Path
    good: dict[str, Played] = field(default_factory=dict)
    """What each call answers without a fault."""
    servers: dict[float, MCPServer[Any]] = field(default_factory=dict)
    is_fresh: bool = False

    async def play(self, call: Call, plan: Plan, *, seconds: float = PATIENT) -> Played:
        """Call the tool in the first world, while the plan breaks what it breaks."""
        if not self.is_fresh:
            self.world.controls.reset()
        self.is_fresh = not call.changes
        await self.proxy.start_over(plan)
        # A server remembers what it has changed, and one that was closed has no client of several platforms any more.
        is_kept = not call.changes and not call.tool.startswith("across")
        server = self.servers.get(seconds) if is_kept else None
        if server is None:
            network = Network(is_sandbox=True, read_seconds=seconds)
            server = build(self.told, network=network)
        if is_kept:
            self.servers[seconds] = server
        async with desk("legacy", person=YES, told=self.told, world=self.world, server=server) as d:
            result = await d.call(call.tool, **{name: self._filled(value) for name, value in call.arguments.items()})
        return Played(result, list(self.proxy.arrived), plan.hits)

    async def without_a_fault(self, call: Call) -> Played:
        if call.name not in self.good:
            played = await self.play(call, Plan())
            assert not played.result.is_error, played.text
            self.good[call.name] = played
        return self.good[call.name]

    @property
    def told(self) -> Settings:
        """Settings with the sandboxes behind the proxy."""
        environment = {"TESTDESK_UPLOAD_DIRS": str(self.file.parent)}
        return settings(environment, sandbox_at=f"http://127.0.0.1:{self.proxy.port}")

    def _filled(self, value: Any) -> Any:
        return str(self.file) if value == FILE else value


@asynccontextmanager
async def open_stage(folder: Path) -> AsyncIterator[Stage]:
    """A stage with a file to upload in its folder."""
    file = folder / "build.zip"
    file.write_bytes(b"PK\x03\x04" + bytes(UPLOADED))
    world = sandboxes()
    async with serve_composition(world) as port, chaos_proxy(port) as proxy:
        yield Stage(world, proxy, file)


@asynccontextmanager
async def serve_composition(world: Composition) -> AsyncIterator[int]:
    """Serve the sandboxes on a free port of loopback, and give the port."""
    with listen(LOOPBACK, 0) as listener:
        server, is_up = uvicorn_for(world, "CRITICAL", dates=False)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.serve, [listener])
            await is_up.wait()
            yield listener.getsockname()[1]
            server.should_exit = True


def outcome_of(played: Played) -> str:
    """What is reported of a write."""
    said = played.text
    if "may or may not have happened" in said:
        return "unknown" if SETTLED.search(said) else "lost"
    if "The change itself was accepted" in said:
        return "accepted"
    if re.search(r"Nothing was sent|nothing was changed|was not processed", said):
        return "unsent"
    if played.result.is_error or '"status": "failed"' in json.dumps(played.result.structured_content):
        return "refused"
    return "done"
