"""Two servers in one process over one store, as two workers are; each can be ended as if it were killed."""

import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import anyio
from anyio.abc import TaskStatus
from mcp.server import MCPServer

from server.http_app import HttpApp
from server.http_server import uvicorn_for
from server.listening import listen
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


class Worker:
    """A server on a port of its own, which can be stopped, or ended as if it were killed."""

    def __init__(self, server: MCPServer[Any], port: int) -> None:
        self.server, self.url = server, f"http://127.0.0.1:{port}/mcp"
        self.app = HttpApp(server, authenticator=ByKey())
        self._uvicorn, self._is_up = uvicorn_for(self.app, "WARNING")
        self._serving = anyio.CancelScope()
        self._stopping, self._has_stopped = anyio.Event(), anyio.Event()
        self.drain = 0.0

    async def serve(self, listener: socket.socket, *, task_status: TaskStatus[None]) -> None:
        """Serve until it is stopped or killed."""
        with self._serving:
            async with anyio.create_task_group() as tasks:
                async with self.app.open():
                    tasks.start_soon(self._uvicorn.serve, [listener])
                    await self._is_up.wait()
                    task_status.started()
                    await self._stopping.wait()
                    await self.app.close(self.drain)
                self._uvicorn.should_exit = True
        self._has_stopped.set()

    async def stop(self, drain: float = 0) -> None:
        """Stop it in good order."""
        self.drain = drain
        self._stopping.set()
        await self._has_stopped.wait()

    def kill(self) -> None:
        """End it at once: its connections break, and it says nothing more to anybody."""
        for accepting in self._uvicorn.servers:
            accepting.close()
        for connection in list(self._uvicorn.server_state.connections):
            connection.transport.abort()
        self._serving.cancel()


@asynccontextmanager
async def worker(server: MCPServer[Any]) -> AsyncIterator[Worker]:
    """A server that runs."""
    with listen("127.0.0.1", 0) as listener:
        running = Worker(server, listener.getsockname()[1])
        async with anyio.create_task_group() as tasks:
            await tasks.start(running.serve, listener)
            yield running
            await running.stop()


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
