"""Tags: words after at signs in titles, with the number of tests of each."""

from collections import Counter

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import not_found, v2_answer
from tools.testomatio.sandbox.requests import is_on
from tools.testomatio.sandbox.v2 import tests
from tools.testomatio.sandbox.v2.pages import answer_count, slim_rows
from tools.testomatio.sandbox.v2.scope import V2
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get(f"{V2}/tags")
async def list_tags(call: Call[World]) -> Response:
    """All tags, without pages."""
    own = call.world.tests.of(project(call).slug)
    counts = Counter(tag for test in own for tag in test.tags)
    if is_on(call, "count"):
        return answer_count(call, list(counts), {})
    rows = [{"title": title, "count": number} for title, number in sorted(counts.items())]
    return v2_answer(call, rows, meta={"total": len(rows)})


@routes.get(f"{V2}/tags/{{title:path}}")
async def get_tag(call: Call[World]) -> Response:
    """The tests with a tag, which may contain dots, colons and slashes."""
    world, title = call.world, call.params["title"]
    found = [test for test in world.tests.of(project(call).slug) if title in test.tags]
    if not found:
        raise not_found("Tag")
    rows = [tests.render_test(world, test) for test in tests.newest_first(found)]
    return v2_answer(call, slim_rows(call, rows), meta={"total": len(found)})
