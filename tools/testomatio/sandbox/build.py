"""Build: the imitation put together, with a world of its own each time."""

from typing import Literal

from starlette.responses import Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.routes import Call, Routes, find_routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.kit.sandbox.switches import switch_values, with_changes
from tools.testomatio.sandbox.access import admit
from tools.testomatio.sandbox.answers import answer, invalid, lost
from tools.testomatio.sandbox.reporter import artifact_store
from tools.testomatio.sandbox.requests import body
from tools.testomatio.sandbox.story.extras import finish, prepare
from tools.testomatio.sandbox.story.history import group, label_runs, remember
from tools.testomatio.sandbox.story.hotfix import put_under_test
from tools.testomatio.sandbox.story.other_projects import settle_in
from tools.testomatio.sandbox.story.shop import furnish
from tools.testomatio.sandbox.story.suites import grow
from tools.testomatio.sandbox.story.tests import write
from tools.testomatio.sandbox.v2 import attachments
from tools.testomatio.sandbox.world import SHOP, Switches, World

MOUNT = "/testomatio"

Profile = Literal["story"]

_WITH_KEY = "TESTOMATIO_URL={root} TESTOMATIO=tstmt_demo"
_REPORTING = "TESTOMATIO_CREATE=1 S3_FORCE_PATH_STYLE=1"
CLIENTS = {
    "@testomatio/reporter": f"{_WITH_KEY} {_REPORTING} npx @testomatio/reporter run 'npx mocha'",
    "check-tests": f"{_WITH_KEY} npx check-tests mocha '**/*_test.js' --no-detached",
    "pytestomatio": f"{_WITH_KEY} pytest --testomatio report",
    "@testomatio/mcp": f"npx @testomatio/mcp --base-url {{root}} --token tstmt_demo --project {SHOP}",
}
"""By the vendor's program: the line that runs it against the sandbox; the token is a project's own."""

controls: Routes[World] = Routes()


def build(profile: Profile = "story", *, clock: Clock | None = None, switches: Switches | None = None) -> Sandbox:
    """An imitation of the company; nothing is made before the first request."""
    seeds = {"story": _story}
    first_switches = switches or Switches()
    return Sandbox(
        MOUNT,
        lambda time: seeds[profile](World(time, first_switches)),
        find_routes(__package__),
        other_mounts={attachments.FILES: [attachments.files], artifact_store.STORE: [artifact_store.store_routes]},
        admit=admit,
        not_found=lost,
        clock=clock,
        curl=f"-H 'Authorization: Bearer testomat_demo' '{{base}}/api/v2/{SHOP}/info'",
        clients=CLIENTS,
    )


def _story(world: World) -> World:
    furnish(world)
    wanted = grow(world)
    prepare(world)
    write(world, wanted)
    group(world)
    remember(world)
    put_under_test(world)
    label_runs(world)
    finish(world)
    settle_in(world)
    world.begin()
    return world


@controls.action("switches")
async def set_switches(call: Call[World]) -> Response:
    """Follow other sources where sources disagree: `{"camel_case": true}`, `{"too_many_every": 5}`."""
    call.world.switches = with_changes(call.world.switches, body(call), invalid)
    return answer(switch_values(call.world.switches))
