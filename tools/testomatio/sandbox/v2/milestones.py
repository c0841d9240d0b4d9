"""Milestones of a company; they are read-only in v2."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import invalid, not_found, v2_answer
from tools.testomatio.sandbox.dates import zulu
from tools.testomatio.sandbox.project_records import Milestone
from tools.testomatio.sandbox.v2.pages import Groups, Row, page_of
from tools.testomatio.sandbox.v2.scope import V2
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

STATUSES = ("created", "active", "closed")
_GROUPS: Groups[Milestone] = {"status": lambda milestone: milestone.status, "type": lambda milestone: milestone.type}


@routes.get(f"{V2}/milestones")
async def list_milestones(call: Call[World]) -> Response:
    """Milestones of the company and of this project; the type filter ignores case."""
    found = visible_milestones(call.world, project(call).slug)
    if kind := call.last("type"):
        found = [milestone for milestone in found if milestone.type.lower() == kind.lower()]
    if status := call.last("status"):
        if status not in STATUSES:
            raise invalid(f"status is not included in the list: {', '.join(STATUSES)}")
        found = [milestone for milestone in found if milestone.status == status]
    return page_of(call, found, lambda milestone: render_milestone(call.world, milestone), groups=_GROUPS)


@routes.get(f"{V2}/milestones/{{slug}}")
async def get_milestone(call: Call[World]) -> Response:
    found = next(
        (
            milestone
            for milestone in visible_milestones(call.world, project(call).slug)
            if milestone.slug == call.params["slug"]
        ),
        None,
    )
    if found is None:
        raise not_found("Milestone")
    return v2_answer(call, render_milestone(call.world, found))


def visible_milestones(world: World, slug: str) -> list[Milestone]:
    """The milestones that are visible in a project."""
    return [
        milestone for milestone in world.milestones.values() if not milestone.projects or slug in milestone.projects
    ]


def render_milestone(world: World, milestone: Milestone) -> Row:
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
