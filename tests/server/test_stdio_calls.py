"""The stdio transport: what becomes of the calls in flight when their connection ends."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from mcp import MCPError
from mcp.server.context import HandlerResult

from server.calls import Call
from tests.forking import Forks
from tests.server.pipe import WAYS_TO_END, End, by_cancelling, call, cancelled, served, text
from tests.server.served import open_gate


@pytest.mark.anyio
@pytest.mark.parametrize(("end", "era"), WAYS_TO_END)
async def test_a_write_that_has_left_is_finished_and_answered(end: End, era: str, diary: Path, forks: Forks) -> None:
    async with served(diary, forks) as pipe:
        await pipe.greet(era)
        await pipe.send(call(1, "write", meta=pipe.meta))
        await pipe.has_begun(1)
        await pipe.send(call(2, "linger", meta=pipe.meta))
        await pipe.has_begun(2)
        await end(pipe, 1, 2)
        await open_gate(diary)
        assert text(await pipe.answer(1)) == "written"
        if end is by_cancelling:
            await pipe.hang_up()
        assert await pipe.exit_code() in {0, 143, 130}
        assert pipe.diary == ["open", "written", "closed"]


@pytest.mark.anyio
async def test_a_call_that_can_be_ended_is_ended_and_the_client_hears_of_it(diary: Path, forks: Forks) -> None:
    async with served(diary, forks) as pipe:
        await pipe.greet("2025-11-25")
        await pipe.send(call(1, "linger", meta={}))
        await pipe.has_begun(1)
        await pipe.hang_up()
        assert "before this call was done" in (await pipe.answer(1))["error"]["message"]
        assert await pipe.exit_code() == 0
        assert pipe.diary == ["open", "closed"]


@pytest.mark.anyio
async def test_a_call_that_the_client_cancels_in_time_is_not_answered(diary: Path, forks: Forks) -> None:
    async with served(diary, forks) as pipe:
        await pipe.greet("2026-07-28")
        await pipe.send(call(1, "linger", meta=pipe.meta))
        await pipe.has_begun(1)
        await pipe.send(cancelled(1), call(2, "greet", meta=pipe.meta, name="Ada"))
        assert text(await pipe.next()) == "Hello, Ada"
        await pipe.hang_up()
        assert await pipe.rest() == []


@pytest.mark.anyio
async def test_a_call_ended_before_it_began_is_not_carried_out() -> None:
    async def carry_out(_: Any) -> HandlerResult:
        raise AssertionError("carried out")

    ended = Call()
    ended.scope.cancel()
    with pytest.raises(MCPError, match="before this call was done"):
        await ended.run(None, carry_out)  # type: ignore[arg-type]  # it never gets to see its context
    assert ended.has_given_way


@pytest.mark.anyio
async def test_a_second_signal_does_not_wait_for_the_write(diary: Path, forks: Forks) -> None:
    async with served(diary, forks) as pipe:
        await pipe.greet("2025-11-25")
        await pipe.send(call(1, "write", meta={}), call(2, "linger", meta={}))
        await pipe.has_begun(1)
        await pipe.has_begun(2)
        os.kill(pipe.pid, signal.SIGTERM)
        assert "error" in await pipe.answer(2)  # so the first signal has arrived
        os.kill(pipe.pid, signal.SIGTERM)
        assert await pipe.exit_code() == 143
        assert pipe.diary == ["open"]
