"""Build: the sandbox of the fake API, with state of its own for each call."""

from typing import Literal

from starlette.responses import Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.routes import Call, Routes, find_routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.kit.sandbox.switches import switch_values, with_changes
from tools.testio.sandbox import attachments, catalogue, storage
from tools.testio.sandbox.answers import admit, answer, refuse, unknown_path
from tools.testio.sandbox.requests import body
from tools.testio.sandbox.scale import add_large_account
from tools.testio.sandbox.story.bugs import add_bugs
from tools.testio.sandbox.story.cycles import add_tests
from tools.testio.sandbox.story.extras import add_extras
from tools.testio.sandbox.story.shop import add_products
from tools.testio.sandbox.world import Switches, World

MOUNT = "/testio/customer/v2"

Profile = Literal["story", "scale"]

controls: Routes[World] = Routes()


def build(profile: Profile = "story", *, clock: Clock | None = None, switches: Switches | None = None) -> Sandbox:
    """The fake API of one account; its state is built at the first request.

    `story` is a shop with three products. `scale` adds two hundred more, and has two problems of a large account: a
    record that breaks its page, and requests for bugs that time out.
    """
    seeds = {"story": _story, "scale": _scale}
    is_large = profile == "scale"
    first_switches = switches or Switches(broken_record=is_large, slow_bugs=is_large)
    return Sandbox(
        MOUNT,
        lambda time: seeds[profile](World(time, first_switches)),
        find_routes(__package__),
        other_mounts={
            attachments.FILES: [attachments.file_routes],
            storage.STORAGE: [storage.storage_routes],
            catalogue.CATALOGUE: [catalogue.catalogue_routes],
        },
        admit=admit,
        not_found=unknown_path,
        clock=clock,
        curl="-H 'Authorization: Token demo' '{base}/products'",
    )


def _story(world: World) -> World:
    add_products(world)
    add_tests(world)
    add_bugs(world)
    add_extras(world)
    return world


def _scale(world: World) -> World:
    add_large_account(_story(world))
    return world


@controls.action("switches")
async def set_switches(call: Call[World]) -> Response:
    """Choose between sources that disagree: `{"strict_sections": true}`."""
    call.world.switches = with_changes(call.world.switches, body(call), lambda reason: refuse(422, reason))
    return answer(call, switch_values(call.world.switches))
