"""Catalogue: the public list of devices, on a separate host that takes no token.

Only three of its paths are known; vendors, devices, browsers and input devices are 404. Where the reference is
silent: a page has fifty entries, a smaller `limit` is accepted, and a value that is not a number counts as absent.
"""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox.answers import answer
from tools.testio.sandbox.devices import CATEGORIES, SYSTEMS
from tools.testio.sandbox.versions import VERSIONS
from tools.testio.sandbox.world import World

catalogue_routes: Routes[World] = Routes()

CATALOGUE = "/testio/devices/api"
LIMIT = 50

SYSTEMS_OF = {1: (6, 7), 2: (1, 2, 9), 6: (1, 2, 6)}
"""The operating systems of each device category."""


@catalogue_routes.get("/categories")
async def list_categories(call: Call[World]) -> Response:
    return answer(call, {"categories": CATEGORIES})


@catalogue_routes.get("/operating_systems")
async def list_systems(call: Call[World]) -> Response:
    category = _number(call, "filter[category]")
    rows = [system for system in SYSTEMS if category is None or system["id"] in SYSTEMS_OF.get(category, ())]
    return answer(call, {"operating_systems": rows})


@catalogue_routes.get("/operating_system_versions")
async def list_versions(call: Call[World]) -> Response:
    system, offset = _number(call, "filter[operating_system]"), _number(call, "offset") or 0
    limit = min(_number(call, "limit") or LIMIT, LIMIT)
    rows = [row for number, found in VERSIONS.items() if system in (None, number) for row in found]
    pagination = {"total": len(rows), "limit": limit, "offset": offset}
    page = rows[offset : offset + limit]
    return answer(call, {"operating_system_versions": page, "pagination": pagination})


def _number(call: Call[World], name: str) -> int | None:
    text = (call.last(name) or "").strip()
    return int(text) if text.isdecimal() else None
