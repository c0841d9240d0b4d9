"""Several hosts as one server: processes without a supervisor, behind a balancer that takes them in turn."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle
from typing import Any

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream

from tests.fuzz.soak import IS_SOAK
from tests.postgres.server import Missing, Server, running_server
from tests.stores import IS_POSTGRES
from tests.team.running import KEY, call_anew, environment, process, sandbox, text, yes
from tests.team.test_workers import ORDER

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not (IS_SOAK or IS_POSTGRES), reason="make test-postgres and make soak run it"),
]
HOSTS, ROUNDS = 2, 4


@pytest.fixture
def database() -> Iterator[Server]:
    try:
        with running_server() as server:
            yield server
    except Missing as missing:
        pytest.skip(str(missing))


@asynccontextmanager
async def balancer(ports: list[int]) -> AsyncIterator[int]:
    """A port whose connections go to others in turn."""
    turns = cycle(ports)

    async def copy(source: SocketStream, sink: SocketStream) -> None:
        try:
            async for piece in source:
                await sink.send(piece)
            await sink.send_eof()
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return

    async def serve(incoming: SocketStream) -> None:
        async with (
            incoming,
            await anyio.connect_tcp("127.0.0.1", next(turns)) as outgoing,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(copy, incoming, outgoing)
            tasks.start_soon(copy, outgoing, incoming)

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        yield listener.extra(SocketAttribute.local_port)
        tasks.cancel_scope.cancel()


async def test_rounds_go_from_one_host_to_another_with_the_same_settings_on_each(database: Server) -> None:
    async with AsyncExitStack() as stack:
        origin = await stack.enter_async_context(sandbox())
        serve = ("serve", "--http", "--port", "0", "--sandbox", "--sandbox-at", origin)
        hosts = [
            await stack.enter_async_context(process(*serve, environment=environment(database.address)))
            for _ in range(HOSTS)
        ]
        ports = [int(await host.until(r"listens on http://127\.0\.0\.1:(\d+)/mcp")) for host in hosts]
        url = f"http://127.0.0.1:{await stack.enter_async_context(balancer(ports))}/mcp"
        for number in range(ROUNDS):
            order: dict[str, Any] = {**ORDER, "test_title": f"Host {number}"}
            asked = await call_anew(url, "testio_create_exploratory_test", order)
            done = await call_anew(url, "testio_create_exploratory_test", order, **yes(asked))
            assert "Ordered" in text(done)
            # The same yes at the other host: the first answer, and nothing is sent.
            again = await call_anew(url, "testio_create_exploratory_test", order, **yes(asked))
            assert "already_done" in str(again.get("structuredContent")) or "already answered" in text(again), again
            await call_anew(url, "testio_list_features", {"product_id": 71, "limit": 1})  # an even number of turns
        assert all(KEY not in host.text for host in hosts)
