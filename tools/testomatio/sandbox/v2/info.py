"""Info and sessions: the settings of a project, and sessions that group changes."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import created, no_content, v2_answer
from tools.testomatio.sandbox.dates import zulu
from tools.testomatio.sandbox.people import Session
from tools.testomatio.sandbox.requests import body, string
from tools.testomatio.sandbox.v2.scope import V2, find_record
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get(f"{V2}/info")
async def get_info(call: Call[World]) -> Response:
    """Labels are bare pairs here; pipeline settings include their secrets."""
    world, current = call.world, project(call)
    labels = [label for label in world.labels.values() if label.project == current.slug]
    lacking = {"branches": world.switches.without_branches, "api_analytics": world.switches.without_analytics}
    data = {
        "title": current.title,
        "project_id": current.slug,
        "framework": current.framework,
        "language": current.language,
        "status": current.status,
        "repository_url": current.repository_url,
        "artifacts_storage_enabled": current.artifacts_storage,
        "environments": current.environments,
        "labels": [{"title": label.title, "slug": label.slug} for label in labels],
        "tags": sorted({tag for test in world.tests.of(current.slug) for tag in test.tags}),
        "subscription": current.subscription,
        "features": [feature for feature in current.features if not lacking.get(feature)],
        "ci_profiles": current.ci_profiles,
        "created_at": zulu(current.created_at),
        "updated_at": zulu(current.updated_at),
    }
    return v2_answer(call, data)


@routes.post(f"{V2}/sessions")
async def open_session(call: Call[World]) -> Response:
    world = call.world
    description = string(body(call), "description")
    session = Session(world.new_id() + world.new_id(), project(call).slug, description)
    world.sessions[session.hash] = session
    return created(call, {"hash": session.hash})


@routes.delete(f"{V2}/sessions/{{hash}}")
async def close_session(call: Call[World]) -> Response:
    del call.world.sessions[find_record(call, call.world.sessions, call.params["hash"], "Session").hash]
    return no_content()
