"""Bulk: create and update up to fifty tests in one request, each with its own result."""

import json

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.testomatio.sandbox.answers import answer, invalid
from tools.testomatio.sandbox.requests import Fields, body, objects
from tools.testomatio.sandbox.v2 import tests
from tools.testomatio.sandbox.v2.scope import V2, test_of
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

MOST = 50
_KNOWN = ("id", "title", "description", "suite_id", "priority", "assigned_to", "state")


@routes.post(f"{V2}/tests/bulk")
async def write_tests(call: Call[World]) -> Response:
    """Return one entry for each test in order; a failed one has an `error`."""
    entries = objects(body(call), "tests")
    if not 1 <= len(entries) <= MOST:
        raise invalid(f"tests holds 1 to {MOST} entries")
    return answer({"data": [_write_test(call, entry) for entry in entries]})


def _write_test(call: Call[World], entry: Fields) -> dict[str, object]:
    known = {name: entry[name] for name in _KNOWN if name in entry}
    try:
        if known.get("id"):
            test, status = tests.change(call, test_of(call, str(known["id"])), known), "updated"
        else:
            test, status = tests.create_in(call, tests.suite_for_tests(call, known.get("suite_id")), known), "created"
    except Respond as early:
        return {**entry, "error": json.loads(bytes(early.response.body))["error"]}
    return {"id": test.id, "title": test.title, "status": status}
