"""`testdesk serve` as hosts run it: a real process, over stdio and HTTP, on both eras, with a person in front."""

import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from subprocess import DEVNULL, PIPE
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import ElicitResult

from server.reference import ROOT
from tests.desk import ERAS, NO, NOT_CONFIRMED, YES, text
from tests.server.printed import printed_until

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

PATIENCE = 30
KEY = "a-key-for-this-test-and-no-other"
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("TESTIO_", "TESTDESK_"))} | {
    "PYTHONPATH": str(ROOT),
    "TESTDESK_HTTP_KEY": KEY,
}
SERVE = ["-P", "-m", "server", "serve", "--sandbox"]


@asynccontextmanager
async def over_stdio(mode: str, answer: Callable[[], ElicitResult]) -> AsyncIterator[Client]:
    async def person(context: Any, params: Any) -> ElicitResult:
        return answer()

    server = StdioServerParameters(command=sys.executable, args=SERVE, env=ENVIRONMENT)
    with anyio.fail_after(PATIENCE):
        async with Client(server, mode=mode, elicitation_callback=person) as client:
            yield client


@asynccontextmanager
async def over_http(mode: str, answer: Callable[[], ElicitResult]) -> AsyncIterator[Client]:
    async def person(context: Any, params: Any) -> ElicitResult:
        return answer()

    command = [sys.executable, *SERVE, "--http", "--port", "0"]
    with anyio.fail_after(PATIENCE):
        async with await anyio.open_process(
            command, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, env=ENVIRONMENT
        ) as process:
            try:
                found, printed = await printed_until(process, r"listens on (http://127\.0\.0\.1:\d+/mcp)")
                assert KEY not in printed
                headers = {"Authorization": f"Bearer {KEY}"}
                async with (
                    httpx2.AsyncClient(headers=headers, timeout=PATIENCE) as wire,
                    Client(
                        streamable_http_client(found[1], http_client=wire), mode=mode, elicitation_callback=person
                    ) as client,
                ):
                    yield client
            finally:
                process.terminate()
                assert await process.wait() == 143


TRANSPORTS = {"stdio": over_stdio, "http": over_http}
each_transport = pytest.mark.parametrize("transport", TRANSPORTS)


@both_eras
@each_transport
async def test_only_a_persons_yes_passes_through_a_real_connection(transport: str, mode: str) -> None:
    answers = [NO, YES]
    async with TRANSPORTS[transport](mode, lambda: answers.pop(0)) as client:
        assert len((await client.list_tools()).tools) > 20
        told = text(await client.call_tool("testio_accept_bug", {"bug_id": 88101}))
        assert told.startswith(NOT_CONFIRMED)
        bug = await client.call_tool("testio_get_bug", {"bug_id": 88101})
        assert (bug.structured_content or {})["status"] == "forwarded"
        done = await client.call_tool("testio_accept_bug", {"bug_id": 88101})
        assert not done.is_error, text(done)
        assert (done.structured_content or {})["now"]["status"] == "accepted"
        assert answers == []
