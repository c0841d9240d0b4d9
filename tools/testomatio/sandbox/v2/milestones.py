"""Milestones: what a company works towards; v2 only reads them."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import invalid, not_found, v2
from tools.testomatio.sandbox.dates import zulu
from tools.testomatio.sandbox.project_records import Milestone
from tools.testomatio.sandbox.v2.pages import Groups, Row, page_of
from tools.testomatio.sandbox.v2.scope import V2
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

STATUSES = ("created", "active", "closed")
_GROUPS: Groups[Milestone] = {"status": lambda one: one.status, "type": lambda one: one.type}


@routes.get(f"{V2}/milestones")
async def list_milestones(call: Call[World]) -> Response:
    """Those of the company and those that are this project's; a type is named in any case."""
    found = seen(call.world, project(call).slug)
    if kind := call.last("type"):
        found = [one for one in found if one.type.lower() == kind.lower()]
    if status := call.last("status"):
        if status not in STATUSES:
            raise invalid(f"status is not included in the list: {', '.join(STATUSES)}")
        found = [one for one in found if one.status == status]
    return page_of(call, found, lambda one: shown(call.world, one), groups=_GROUPS)


@routes.get(f"{V2}/milestones/{{slug}}")
async def get_milestone(call: Call[World]) -> Response:
    found = next((one for one in seen(call.world, project(call).slug) if one.slug == call.params["slug"]), None)
    if found is None:
        raise not_found("Milestone")
    return v2(call, shown(call.world, found))


def seen(world: World, slug: str) -> list[Milestone]:
    """The milestones that a project sees."""
    return [one for one in world.milestones.values() if not one.projects or slug in one.projects]


def shown(world: World, milestone: Milestone) -> Row:
    is_late = milestone.release_at is not None and milestone.release_at < world.now()
    return {
        "id": milestone.slug,
        "title": milestone.title,
        "type": milestone.type,
        "status": milestone.status,
        "expired": is_late and milestone.status != "closed",
        "description": milestone.description,
        "start_at": zulu(milestone.start_at),
        "release_at": zulu(milestone.release_at),
        "closed_at": zulu(milestone.closed_at),
    }
