"""Tags: the words behind at signs in titles, with how many tests carry each."""

from collections import Counter

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import not_found, v2
from tools.testomatio.sandbox.requests import is_on
from tools.testomatio.sandbox.v2 import tests
from tools.testomatio.sandbox.v2.pages import counted, slimmed
from tools.testomatio.sandbox.v2.scope import V2
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get(f"{V2}/tags")
async def list_tags(call: Call[World]) -> Response:
    """The whole list, never paged."""
    own = call.world.tests.of(project(call).slug)
    counts = Counter(tag for test in own for tag in test.tags)
    if is_on(call, "count"):
        return counted(call, list(counts), {})
    rows = [{"title": title, "count": number} for title, number in sorted(counts.items())]
    return v2(call, rows, meta={"total": len(rows)})


@routes.get(f"{V2}/tags/{{title:path}}")
async def get_tag(call: Call[World]) -> Response:
    """The tests that carry a tag; the tag may hold dots, colons and slashes."""
    world, title = call.world, call.params["title"]
    found = [test for test in world.tests.of(project(call).slug) if title in test.tags]
    if not found:
        raise not_found("Tag")
    rows = [tests.shown(world, test) for test in tests.newest_first(found)]
    return v2(call, slimmed(call, rows), meta={"total": len(found)})
