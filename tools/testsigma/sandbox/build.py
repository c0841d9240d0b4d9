"""Build: the imitation put together, with a world of its own each time."""

import time
from collections.abc import Callable
from typing import Literal

from starlette.responses import Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.routes import Call, Routes, find_routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.kit.sandbox.switches import switch_values, with_changes
from tools.testsigma.sandbox.answers import rendered, unprocessable
from tools.testsigma.sandbox.gate import admit, headed, lost
from tools.testsigma.sandbox.old_host import OLD_MOUNT, moved_to
from tools.testsigma.sandbox.requests import body
from tools.testsigma.sandbox.scale import enlarge
from tools.testsigma.sandbox.story.cases import write
from tools.testsigma.sandbox.story.rounds import run_rounds
from tools.testsigma.sandbox.story.shop import furnish
from tools.testsigma.sandbox.world import Switches, World

MOUNT = "/testsigma/api/v1"

Profile = Literal["story", "scale"]

controls: Routes[World] = Routes()


def build(
    profile: Profile = "story",
    *,
    clock: Clock | None = None,
    switches: Switches | None = None,
    real: Callable[[], float] = time.monotonic,
) -> Sandbox:
    """An imitation of the workspace; nothing is made before the first request.

    `story` is the shop with its two projects. `scale` puts a third one beside them, with 3,000 test cases and 200 runs.
    The rate limit counts in the seconds of `real`, whatever the sandbox's own clock shows.
    """
    seeds = {"story": _story, "scale": _scale}
    first_switches = switches or Switches()
    return Sandbox(
        MOUNT,
        lambda now: seeds[profile](World(now, first_switches, real)),
        [headed(table) for table in find_routes(__package__)],
        other_mounts={OLD_MOUNT: [headed(moved_to(MOUNT))]},
        admit=admit,
        not_found=lost,
        clock=clock,
        curl="-H 'Authorization: Bearer demo' '{base}/projects'",
    )


def _story(world: World) -> World:
    furnish(world)
    write(world)
    run_rounds(world)
    return world


def _scale(world: World) -> World:
    enlarge(_story(world))
    return world


@controls.action("switches")
async def set_switches(call: Call[World]) -> Response:
    """Follow other sources where sources disagree, or show a rare behaviour: `{"as_documented": true}`."""
    call.world.switches = with_changes(call.world.switches, body(call), unprocessable)
    return rendered(switch_values(call.world.switches))
