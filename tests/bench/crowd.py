"""The sandboxes on one port, with a project of many tests, and a delay before each answer as a platform far away has.

Prints its address on one line, and serves until its standard input ends, so that it never outlives who started it.
"""

import argparse
import dataclasses
import sys

import anyio
from anyio import to_thread
from starlette.types import ASGIApp, Receive, Scope, Send

from server.http_server import uvicorn_for
from server.listening import listen
from tools.kit.sandbox.composition import compose
from tools.kit.sandbox.control import PREFIX
from tools.platforms import PLATFORMS
from tools.testomatio.sandbox.world import SHOP, World


def fill(world: World, tests: int) -> None:
    """Add copies of a test until the shop's project has so many."""
    stored = world.tests.main
    model = next(test for test in stored.values() if test.project == SHOP)
    for number in range(tests - sum(test.project == SHOP for test in stored.values())):
        test = dataclasses.replace(model, id=f"{number:08x}", title=f"A voucher counts once ({number})", labels=[])
        stored[test.id] = test


def late(app: ASGIApp, delay: float) -> ASGIApp:
    """The application, each of whose answers takes so much longer; the controls answer at once."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(PREFIX):
            await anyio.sleep(delay)
        await app(scope, receive, send)

    return answer


async def serve(tests: int, delay: float) -> None:
    """Listen on a free port of this machine until standard input ends."""
    world = compose({platform.key: platform.sandbox() for platform in PLATFORMS})
    fill(world.sandboxes["testomatio"].world, tests)
    # The vendor's programs know no mount; those of the others work at this port as well.
    server, is_up = uvicorn_for(late(world.platform_app("testomatio"), delay), "CRITICAL", dates=False)
    with listen("127.0.0.1", 0) as listener:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.serve, [listener])
            await is_up.wait()
            print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
            await to_thread.run_sync(sys.stdin.buffer.read)
            server.should_exit = True


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve the sandboxes on a free port of this machine, with a delay.")
    parser.add_argument("--tests", type=int, default=5_000, help="tests in the project of Testomat.io")
    parser.add_argument("--delay", type=float, default=0.03, help="seconds that an answer takes longer")
    asked = parser.parse_args()
    anyio.run(serve, asked.tests, asked.delay)


if __name__ == "__main__":
    main()
