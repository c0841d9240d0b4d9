"""Build: the sandbox of the fake API, with state of its own for each call."""

from typing import Literal

from starlette.responses import Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.routes import Call, Routes, find_routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.kit.sandbox.switches import switch_values, with_changes
from tools.testomatio.sandbox.access import admit
from tools.testomatio.sandbox.answers import answer, invalid, unknown_path
from tools.testomatio.sandbox.reporter import artifact_store
from tools.testomatio.sandbox.requests import body
from tools.testomatio.sandbox.story.once import add_story
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
"""The command that runs each of the vendor's programs against the sandbox, with a project token."""

controls: Routes[World] = Routes()


def build(profile: Profile = "story", *, clock: Clock | None = None, switches: Switches | None = None) -> Sandbox:
    """The fake API of one company; its state is built at the first request."""
    seeds = {"story": add_story}
    first_switches = switches or Switches()
    return Sandbox(
        MOUNT,
        lambda time: seeds[profile](World(time, first_switches)),
        find_routes(__package__),
        other_mounts={
            attachments.FILES: [attachments.file_routes],
            artifact_store.STORE: [artifact_store.store_routes],
        },
        admit=admit,
        not_found=unknown_path,
        clock=clock,
        curl=f"-H 'Authorization: Bearer testomat_demo' '{{base}}/api/v2/{SHOP}/info'",
        clients=CLIENTS,
    )


@controls.action("switches")
async def set_switches(call: Call[World]) -> Response:
    """Choose between sources that disagree: `{"camel_case": true}`, `{"too_many_every": 5}`."""
    call.world.switches = with_changes(call.world.switches, body(call), invalid)
    return answer(switch_values(call.world.switches))
