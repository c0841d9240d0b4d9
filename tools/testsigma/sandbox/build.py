"""Build: the sandbox of the fake API, with state of its own for each call."""

import time
from collections.abc import Callable
from typing import Literal

from starlette.responses import Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.routes import Call, Routes, find_routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.kit.sandbox.switches import switch_values, with_changes
from tools.testsigma.sandbox.access import admit, unknown_path, with_headers
from tools.testsigma.sandbox.answers import json_response, unprocessable
from tools.testsigma.sandbox.old_host import OLD_MOUNT, redirects_to
from tools.testsigma.sandbox.requests import body
from tools.testsigma.sandbox.scale import add_large_project
from tools.testsigma.sandbox.story.cases import add_cases
from tools.testsigma.sandbox.story.runs import add_plans_and_runs
from tools.testsigma.sandbox.story.shop import add_projects
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
    """The fake API of one workspace; its state is built at the first request.

    `story` is a shop with two projects. `scale` adds a third one with 3,000 test cases and 200 runs. The rate limit
    uses the clock `real`, not the sandbox's own clock.
    """
    seeds = {"story": _story, "scale": _scale}
    first_switches = switches or Switches()
    return Sandbox(
        MOUNT,
        lambda now: seeds[profile](World(now, first_switches, real)),
        [with_headers(table) for table in find_routes(__package__)],
        other_mounts={OLD_MOUNT: [with_headers(redirects_to(MOUNT))]},
        admit=admit,
        not_found=unknown_path,
        clock=clock,
        curl="-H 'Authorization: Bearer demo' '{base}/projects'",
    )


def _story(world: World) -> World:
    add_projects(world)
    add_cases(world)
    add_plans_and_runs(world)
    return world


def _scale(world: World) -> World:
    add_large_project(_story(world))
    return world


@controls.action("switches")
async def set_switches(call: Call[World]) -> Response:
    """Choose between sources that disagree, or show a rare behaviour: `{"as_documented": true}`."""
    call.world.switches = with_changes(call.world.switches, body(call), unprocessable)
    return json_response(switch_values(call.world.switches))
