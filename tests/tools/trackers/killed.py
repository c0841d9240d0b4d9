"""Hands defects over in processes that kill themselves at one step each, and again in ones that do not.

Run as `python -m tests.tools.trackers.killed KIND ADDRESS STORE`; prints the number of steps.
"""

import os
import signal
import ssl
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import anyio
import httpx
from pydantic import SecretStr

from server.store import processes
from server.store.handovers import StoredHandovers
from server.store.sqlite import SqliteEngine
from server.trackers import TrackerSettings, tracker_clients
from tests.trackers import DEFECT, setup_of
from tools.kit.defect import Content, Defect, bug_marker
from tools.kit.network import Network
from tools.trackers.drafts import draft
from tools.trackers.engine import Work, hand_over

MOST = 80
LOADED_LATE = (
    "anyio._backends._asyncio",
    "anyio.abc._eventloop",
    "certifi",
    "httpcore._backends.anyio",
    "tools.kit.pool",
)
"""What each of the many processes would load anew."""


class Counted:
    """Passes calls on; before and after each it is one step further, and at one step the process ends."""

    def __init__(self, inner: Any, step: Callable[[], None]) -> None:
        self._inner, self._step = inner, step

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        async def call(*args: Any, **kwargs: Any) -> Any:
            self._step()
            result = await found(*args, **kwargs)
            self._step()
            return result

        return call


def stepping(dies_at: int) -> Callable[[], None]:
    """Count steps, and kill this process at one; 0: never."""
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        if count == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


@cache
def certificates() -> ssl.SSLContext:
    """The certificates of every process, read once: that takes a third of a hand-over."""
    return httpx.create_ssl_context()


async def one(kind: str, address: str, store: Path, defect: Defect, dies_at: int) -> None:
    """Hand one defect over."""
    step = stepping(dies_at)
    setup = replace(setup_of(kind), base_url=address, uploads=True)
    network, engine = Network(is_sandbox=True), SqliteEngine(store)
    network._context = certificates()
    held = {secret.name: SecretStr(f"sandbox-{kind}-credential") for secret in setup.tracker.secrets}
    api = tracker_clients({kind: TrackerSettings(setup, held)}, network)[kind]
    for name in ("look", "act"):
        setattr(api, name, getattr(Counted(api, step), name))

    async def load(wanted: Defect, number: int) -> Content:
        step()
        return Content(wanted.files[number].name, "image/png", b"png")

    async def mark(wanted: Defect, key: str) -> None:
        step()

    work = Work(api, Counted(StoredHandovers(engine), step), defect, draft(defect, setup), load=load, mark=mark)
    await hand_over(work)
    await network.close()
    await engine.close()


def in_a_process(*arguments: Any) -> bool:
    """Run it in a process of its own; False if that was killed."""
    child = os.fork()
    if child == 0:
        processes.OWN = f"{os.getpid()}-{os.urandom(4).hex()}"  # type: ignore[misc]  # it was made before the fork
        try:
            anyio.run(one, *arguments)
        except BaseException as error:  # noqa: BLE001 - the process ends with it
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "a hand-over failed"
    return not os.WIFSIGNALED(status)


def main() -> None:
    kind, address, store = sys.argv[1:]
    for name in LOADED_LATE:
        import_module(name)
    certificates()
    for step in range(1, MOST):
        defect = replace(DEFECT, item=str(step), marker=bug_marker("testio", step))
        if in_a_process(kind, address, Path(store), defect, step):
            sys.stdout.write(f"{step - 1}\n")
            return
        assert in_a_process(kind, address, Path(store), defect, 0)


if __name__ == "__main__":
    main()
