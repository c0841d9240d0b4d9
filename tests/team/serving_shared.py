"""Two servers in one process over one store, as two workers are; each can be ended as if it were killed."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import anyio
from mcp.server import MCPServer

from server.http_app import HttpApp
from server.http_server import listen, uvicorn_for
from server.store.engine import Engine
from server.team.authentication import Headers, NotAuthenticated, bearer
from server.team.person import Person
from server.team.shared_sessions import SharedSessions
from tests.server.served import PATIENCE
from tests.server.stub_server import build
from tests.stores import store_at

KEYS: Final = (b"a first key that is shared, 32 bytes and more",)
ANNA, BEN = "key-of-anna", "key-of-ben"


class ByKey:
    """Knows the people of a test."""

    people: Mapping[bytes, Person] = {ANNA.encode(): Person("anna"), BEN.encode(): Person("ben")}

    async def authenticate(self, headers: Headers) -> Person:
        person = self.people.get(bearer(headers) or b"")
        if person is None:
            raise NotAuthenticated("Who are you?")
        return person


@dataclass
class Worker:
    """A server that runs, and its address."""

    url: str
    app: HttpApp
    server: MCPServer[Any]
    kill: Callable[[], None]


@asynccontextmanager
async def worker(server: MCPServer[Any]) -> AsyncIterator[Worker]:
    """A server on a port of its own."""
    app = HttpApp(server, authenticator=ByKey())
    uvicorn_server, is_up = uvicorn_for(app, "WARNING")

    async def serve() -> None:
        with serving:
            async with app.open(), anyio.create_task_group() as inner:
                inner.start_soon(uvicorn_server.serve, [listener])
                await is_up.wait()
                started.set()
                await stopping.wait()
                await app.close(0)
                inner.start_soon(leave)

    async def leave() -> None:
        uvicorn_server.should_exit = True

    def kill() -> None:
        """End it at once: its connections break, and it says nothing more to anybody."""
        for connection in list(uvicorn_server.server_state.connections):
            connection.transport.abort()
        for accepting in uvicorn_server.servers:
            accepting.close()
        serving.cancel()

    serving, started, stopping = anyio.CancelScope(), anyio.Event(), anyio.Event()
    with listen("127.0.0.1", 0) as listener:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serve)
            await started.wait()
            yield Worker(f"http://127.0.0.1:{listener.getsockname()[1]}/mcp", app, server, kill)
            stopping.set()


@asynccontextmanager
async def two_workers(
    folder: Path,
    make: Callable[[Engine], MCPServer[Any]] | None = None,
) -> AsyncIterator[tuple[Worker, Worker]]:
    """Two workers over the store of a folder: of the stub, or of what `make` makes with a store."""
    with anyio.fail_after(PATIENCE):
        async with AsyncExitStack() as stack:
            running = []
            for _ in range(2):
                engine = store_at(folder / "store.sqlite3")
                stack.push_async_callback(engine.close)
                server = (make or stub)(engine)
                running.append(await stack.enter_async_context(worker(server)))
            yield running[0], running[1]


def stub(engine: Engine) -> MCPServer[Any]:
    """The stub with shared sessions."""
    server = build()
    server.shared_sessions = SharedSessions(engine, KEYS)  # type: ignore[attr-defined]  # as a real server has them
    return server
