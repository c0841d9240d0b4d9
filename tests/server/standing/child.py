"""The worker in processes of its own, as `testdesk inbox --hand-over` runs it, so that a test can kill it.

`child.py ORIGIN`: with the fake APIs at ORIGIN, the configuration file and the store that the environment names. For
each line on standard input a child is forked, which costs a hundredth of a start; its number is printed, and its exit
code when it has ended. The tracker is GitHub whose lists show a new issue at once, as those of its fake API do.
"""

import os
import sys
from dataclasses import replace

import anyio

from server.app import open_network  # noqa: F401 - what each child needs is imported before it is forked
from server.guards.redact import Redactor
from server.inbox.events import EventStore
from server.inbox.serve import Beside, run_inbox
from server.settings import Settings, read_settings
from server.standing.command import carry_out
from server.store import processes
from server.store.place import open_store
from tools.platforms import PLATFORMS


def without_lag(settings: Settings) -> Settings:
    """Settings with trackers whose `find` need not wait."""
    trackers = {
        name: replace(one, setup=replace(one.setup, tracker=replace(one.setup.tracker, lag_seconds=0.0)))
        for name, one in settings.trackers.items()
    }
    return replace(settings, trackers=trackers)


async def work(settings: Settings) -> int:
    """Receive and carry out the standing orders until a signal."""
    engine = open_store(os.environ)

    async def receive(beside: Beside | None, redact: Redactor | None) -> int:
        store = EventStore(engine)
        options = {"host": "127.0.0.1", "port": 0, "public_url": None}
        return await run_inbox(PLATFORMS, store, beside=beside, redact=redact, **options)  # type: ignore[arg-type]

    return await carry_out(settings, engine, receive)


def main() -> None:
    settings = without_lag(read_settings(PLATFORMS, os.environ, sandbox=True, sandbox_at=sys.argv[1]))
    for _ in sys.stdin:
        number = os.fork()
        if not number:
            code = 1
            try:
                sys.stdin.close()
                processes.OWN = f"{os.getpid()}-child"  # type: ignore[misc]  # it was made before the fork
                code = anyio.run(work, settings)
            finally:
                os._exit(code)
        print(number, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
