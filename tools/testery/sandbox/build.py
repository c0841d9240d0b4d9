"""Build: the imitation put together, with a world of its own each time."""

from typing import Literal

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.routes import Call, Respond, Routes, find_routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.kit.sandbox.switches import switch_values, with_changes
from tools.testery.sandbox import media, status_page, uploads
from tools.testery.sandbox.admission import admit
from tools.testery.sandbox.answers import lost
from tools.testery.sandbox.requests import body
from tools.testery.sandbox.scale import enlarge
from tools.testery.sandbox.story.history import remember
from tools.testery.sandbox.story.shop import furnish
from tools.testery.sandbox.world import Switches, World

MOUNT = "/testery/api"

Profile = Literal["story", "scale"]

_HERE = (
    "import requests; ask = requests.Session.request; requests.Session.request = lambda self, method, url, **more: "
    "ask(self, method, url.replace('https://api.testery.io', '{root}').replace('http://status.testery.io', "
    "'{root}/status'), **more); from testery import cli; cli()"
)
CLIENTS = {"testery": f'TESTERY_TELEMETRY=0 python -c "{_HERE}" list-test-runs --token pat_demo'}
"""The vendor's program has its addresses built in, so its requests are pointed here on their way out.

The token is a person's: the program ends in an error when it asks whose an account's key is.
"""

controls: Routes[World] = Routes()


def build(profile: Profile = "story", *, clock: Clock | None = None, switches: Switches | None = None) -> Sandbox:
    """An imitation of the account; nothing is made before the first request.

    `story` is the shop with its three projects and six weeks of runs. `scale` puts sixty projects, a year of runs and
    one run with thousands of results beside them.
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
        not_found=lost,
        clock=clock,
        curl="-H 'Authorization: Bearer pat_demo' '{base}/test-runs?limit=5&offset=0'",
        clients=CLIENTS,
    )


def _story(world: World) -> World:
    furnish(world)
    remember(world)
    return world


def _scale(world: World) -> World:
    furnish(world)
    enlarge(world)
    remember(world)
    return world


@controls.action("switches")
async def set_switches(call: Call[World]) -> Response:
    """Follow other sources where sources disagree: `{"environment_as_object": true}`."""
    call.world.switches = with_changes(
        call.world.switches, body(call), lambda reason: Respond(JSONResponse({"error": reason}, 422))
    )
    return JSONResponse(switch_values(call.world.switches))
