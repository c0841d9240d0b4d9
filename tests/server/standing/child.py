"""The worker in a process of its own, as `testdesk inbox --hand-over` runs it, so that a test can kill it.

`child.py ORIGIN`: with the fake APIs at ORIGIN, the configuration file and the store that the environment names. The
tracker is GitHub whose lists show a new issue at once, as those of its fake API do.
"""

import os
import sys
from dataclasses import replace
from functools import partial

import anyio

from server.inbox.events import EventStore
from server.inbox.serve import run_inbox
from server.settings import Settings, read_settings
from server.standing.command import carry_out
from server.store.place import open_store
from tools.platforms import PLATFORMS


def without_lag(settings: Settings) -> Settings:
    """Settings with trackers whose `find` need not wait."""
    trackers = {
        name: replace(one, setup=replace(one.setup, tracker=replace(one.setup.tracker, lag_seconds=0.0)))
        for name, one in settings.trackers.items()
    }
    return replace(settings, trackers=trackers)


async def main() -> int:
    settings = without_lag(read_settings(PLATFORMS, os.environ, sandbox=True, sandbox_at=sys.argv[1]))
    engine = open_store(os.environ)
    receive = partial(run_inbox, PLATFORMS, EventStore(engine), host="127.0.0.1", port=0, public_url=None)

    async def receiving(beside: object, redact: object) -> int:
        return await receive(beside=beside, redact=redact)  # type: ignore[arg-type]  # as it was called

    return await carry_out(settings, engine, receiving)


if __name__ == "__main__":
    sys.exit(anyio.run(main))
