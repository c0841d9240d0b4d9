"""Build: the sandbox of the fake API, with state of its own for each call."""

from typing import Literal

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.routes import Call, Respond, Routes, find_routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.kit.sandbox.switches import switch_values, with_changes
from tools.testery.sandbox import media, status_page, uploads
from tools.testery.sandbox.answers import unknown_path
from tools.testery.sandbox.authorization import admit
from tools.testery.sandbox.requests import body
from tools.testery.sandbox.scale import add_large_account
from tools.testery.sandbox.story.history import add_runs
from tools.testery.sandbox.story.shop import add_account
from tools.testery.sandbox.world import Switches, World

MOUNT = "/testery/api"

Profile = Literal["story", "scale"]

_PATCHED_CLIENT = (
    "import requests; ask = requests.Session.request; requests.Session.request = lambda self, method, url, **more: "
    "ask(self, method, url.replace('https://api.testery.io', '{root}').replace('http://status.testery.io', "
    "'{root}/status'), **more); from testery import cli; cli()"
)
CLIENTS = {"testery": f'TESTERY_TELEMETRY=0 python -c "{_PATCHED_CLIENT}" list-test-runs --token pat_demo'}
"""The vendor's program has fixed addresses, so its requests are redirected to the sandbox.

The token is a user's: with an account's key the program fails when it reads the user.
"""

controls: Routes[World] = Routes()


def build(profile: Profile = "story", *, clock: Clock | None = None, switches: Switches | None = None) -> Sandbox:
    """The fake API of one account; its state is built at the first request.

    `story` is a shop with three projects and six weeks of runs. `scale` adds sixty projects, a year of runs and one
    run with thousands of results.
    """
    seeds = {"story": _story, "scale": _scale}
    return Sandbox(
        MOUNT,
        lambda time: seeds[profile](World(time, switches or Switches())),
        find_routes(__package__),
        other_mounts={
            uploads.UPLOADS: [uploads.upload_routes],
            media.MEDIA: [media.media_routes],
            status_page.STATUS: [status_page.status_routes],
        },
        admit=admit,
        not_found=unknown_path,
        clock=clock,
        curl="-H 'Authorization: Bearer pat_demo' '{base}/test-runs?limit=5&offset=0'",
        clients=CLIENTS,
    )


def _story(world: World) -> World:
    add_account(world)
    add_runs(world)
    return world


def _scale(world: World) -> World:
    add_account(world)
    add_large_account(world)
    add_runs(world)
    return world


@controls.action("switches")
async def set_switches(call: Call[World]) -> Response:
    """Choose between sources that disagree: `{"environment_as_object": true}`."""
    call.world.switches = with_changes(
        call.world.switches, body(call), lambda reason: Respond(JSONResponse({"error": reason}, 422))
    )
    return JSONResponse(switch_values(call.world.switches))
