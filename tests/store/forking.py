"""Carries out one paid order in a child process that stays at a step, so that a test can kill it exactly there.

`forking.py ORIGIN`: for each line `STEP FILE` on standard input a child orders a test from the sandbox at ORIGIN with
the store FILE. It prints `stays PID` when it is at that step, or `done` and their number when it got to the end; then
`over` is printed.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
from mcp.server import MCPServer

from server.app import build
from server.inbox.watch import Watch
from server.store import processes
from server.store.sqlite import SqliteDatabase, SqliteEngine
from tests.desk import desk, settings
from tests.server.orders import ORDER
from tools.kit.client import ApiClient
from tools.kit.network import Network
from tools.kit.sandbox.composition import compose


class Steps:
    """Counts the steps of a write, and stays at one of them for ever."""

    def __init__(self, last: int) -> None:
        self.last, self.count = last, 0

    def step(self) -> None:
        self.count += 1
        if self.count == self.last:
            print(f"stays {os.getpid()}", flush=True)
            time.sleep(600)

    def around(self, owner: type[Any], name: str, *, counts: Callable[..., bool] = lambda *_: True) -> None:
        """Make a step before and after each call of a method."""
        inner = getattr(owner, name)

        def outer(*given: Any, **named: Any) -> Any:
            if counts(*given):
                self.step()
            result = inner(*given, **named)
            if counts(*given) and not hasattr(result, "__await__"):
                self.step()
            return result

        async def awaited(*given: Any, **named: Any) -> Any:
            if counts(*given):
                self.step()
            result = await inner(*given, **named)
            if counts(*given):
                self.step()
            return result

        setattr(owner, name, awaited if name == "_exchange" else outer)


async def order(server: MCPServer[Any]) -> None:
    """Order a test, as a client whose user says yes."""
    async with desk(server=server, world=compose({})) as d:
        await d.answer("testio_create_exploratory_test", **ORDER)


async def looks_not(_: Watch) -> None:
    """In place of the look at the inbox: it is no step of a write, and comes in it or after it."""


def child(server: MCPServer[Any], last: int) -> None:
    Watch.follow = looks_not  # type: ignore[assignment, method-assign]
    processes.OWN = f"{os.getpid()}-child"  # type: ignore[misc]  # it was made before the fork
    steps = Steps(last)
    steps.around(SqliteEngine, "_transaction")
    steps.around(SqliteDatabase, "change")
    steps.around(ApiClient, "_exchange", counts=lambda _, request, seconds: request.is_write)
    anyio.run(order, server)
    print(f"done {steps.count}", flush=True)


def main() -> None:
    """Fork a child for each line; a fork costs a hundredth of a start."""
    engine = SqliteEngine(None)
    server = build(settings(sandbox_at=sys.argv[1]), network=Network(is_sandbox=True), engine=engine)
    for line in sys.stdin:
        number = os.fork()
        if not number:
            sys.stdin.close()
            try:
                step, file = line.split(maxsplit=1)
                engine.file = Path(file.strip())
                child(server, int(step))
            finally:
                os._exit(0)
        os.waitpid(number, 0)
        print("over", flush=True)


if __name__ == "__main__":
    main()
