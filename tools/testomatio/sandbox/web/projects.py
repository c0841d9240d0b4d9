"""Projects of the web API: the user's projects, with the API key of each."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import caller, project
from tools.testomatio.sandbox.dates import precise
from tools.testomatio.sandbox.records import Project
from tools.testomatio.sandbox.web.json_api import Row, document, page_size, paged, resource
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

MOST_PER_PAGE = 200


@routes.get("/api/projects")
async def list_projects(call: Call[World]) -> Response:
    user = caller(call)
    rows = [record for record in call.world.projects.values() if user.id in record.members]
    return paged(call, rows, lambda row: render_project(call, row), per_page=page_size(call, MOST_PER_PAGE))


@routes.get("/api/projects/{p}")
async def get_project(call: Call[World]) -> Response:
    return document(render_project(call, project(call)))


@routes.get("/api/project/{p}")
async def get_project_at_old_path(call: Call[World]) -> Response:
    """The singular path of an older specification."""
    return await get_project(call)


def render_project(call: Call[World], record: Project) -> Row:
    """A project; read-only users do not get its key."""
    world = call.world
    return resource(
        "project",
        record.slug,
        {
            "title": record.title,
            "status": record.status,
            "tests-count": sum(1 for _ in world.tests.of(record.slug)) or None,
            "created-at": precise(record.created_at),
            "lang": record.language,
            "framework": record.framework,
            "url": record.repository_url,
            "demo": False,
            "has-living-docs": False,
            "record-url": f"{call.base}/projects/{record.slug}",
            "avatar": None,
            "api-key": None if caller(call).is_read_only else record.api_key,
            "testomatio-url": call.base,
            "branch": None,
            "living-doc-url": None,
            "whitelist-ip": None,
            "versions-max-days": 30,
            "environments": record.environments,
            "features": dict.fromkeys(record.features, True),
            "run-replies": record.replies,
            "subscription": record.subscription,
            "company": "Harbour",
            "project-settings": {"is-share-public-report": False},
        },
    )
