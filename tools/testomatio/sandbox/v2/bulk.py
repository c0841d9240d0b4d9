"""Bulk: up to fifty tests created and updated in one request, each with an answer of its own."""

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
    """One entry for each that was sent, in order; what could not be done comes back with its `error`."""
    entries = objects(body(call), "tests")
    if not 1 <= len(entries) <= MOST:
        raise invalid(f"tests holds 1 to {MOST} entries")
    return answer({"data": [_write_one(call, entry) for entry in entries]})


def _write_one(call: Call[World], entry: Fields) -> dict[str, object]:
    known = {name: entry[name] for name in _KNOWN if name in entry}
    try:
        if known.get("id"):
            test, status = tests.change(call, test_of(call, str(known["id"])), known), "updated"
        else:
            test, status = tests.make(call, tests.suite_for_tests(call, known.get("suite_id")), known), "created"
    except Respond as answered:
        return {**entry, "error": json.loads(bytes(answered.response.body))["error"]}
    return {"id": test.id, "title": test.title, "status": status}
