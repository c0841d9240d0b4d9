"""Build: the imitation put together, with a world of its own each time."""

from typing import Literal

from starlette.responses import Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.routes import Call, Routes, find_routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.kit.sandbox.switches import switch_values, with_changes
from tools.testio.sandbox import attachments, catalogue, storage
from tools.testio.sandbox.answers import admit, answer, lost, refuse
from tools.testio.sandbox.requests import body
from tools.testio.sandbox.scale import enlarge
from tools.testio.sandbox.story.bugs import harvest
from tools.testio.sandbox.story.cycles import plan
from tools.testio.sandbox.story.desk import prepare
from tools.testio.sandbox.story.shop import furnish
from tools.testio.sandbox.world import Switches, World

MOUNT = "/testio/customer/v2"

Profile = Literal["story", "scale"]

controls: Routes[World] = Routes()


def build(profile: Profile = "story", *, clock: Clock | None = None, switches: Switches | None = None) -> Sandbox:
    """An imitation of the account; nothing is made before the first request.

    `story` is the shop with its three products. `scale` puts two hundred more beside them, and shows by itself the two
    troubles of an account of that size: a record that breaks its page, and requests for bugs that take too long.
    """
    seeds = {"story": _story, "scale": _scale}
    is_large = profile == "scale"
    first_switches = switches or Switches(broken_record=is_large, slow_bugs=is_large)
    return Sandbox(
        MOUNT,
        lambda time: seeds[profile](World(time, first_switches)),
        find_routes(__package__),
        other_mounts={
            attachments.FILES: [attachments.files],
            storage.STORAGE: [storage.storage_routes],
            catalogue.CATALOGUE: [catalogue.catalogue_routes],
        },
        admit=admit,
        not_found=lost,
        clock=clock,
        curl="-H 'Authorization: Token demo' '{base}/products'",
    )


def _story(world: World) -> World:
    furnish(world)
    plan(world)
    harvest(world)
    prepare(world)
    return world


def _scale(world: World) -> World:
    enlarge(_story(world))
    return world


@controls.action("switches")
async def set_switches(call: Call[World]) -> Response:
    """Follow other sources where sources disagree: `{"strict_sections": true}`."""
    call.world.switches = with_changes(call.world.switches, body(call), lambda reason: refuse(422, reason))
    return answer(call, switch_values(call.world.switches))
