"""Projects of the web API: those the user is a member of, with the key that each hands out to its members."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import caller, project
from tools.testomatio.sandbox.dates import precise
from tools.testomatio.sandbox.records import Project
from tools.testomatio.sandbox.web.json_api import Row, asked_per_page, document, paged, resource
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

MOST_PER_PAGE = 200


@routes.get("/api/projects")
async def list_projects(call: Call[World]) -> Response:
    user = caller(call)
    rows = [kept for kept in call.world.projects.values() if user.id in kept.members]
    return paged(call, rows, lambda row: shown(call, row), per_page=asked_per_page(call, MOST_PER_PAGE))


@routes.get("/api/projects/{p}")
async def get_project(call: Call[World]) -> Response:
    return document(shown(call, project(call)))


@routes.get("/api/project/{p}")
async def get_project_as_once_written(call: Call[World]) -> Response:
    """The singular of an older specification."""
    return await get_project(call)


def shown(call: Call[World], kept: Project) -> Row:
    """A project; its key is kept from people who may only read."""
    world = call.world
    return resource(
        "project",
        kept.slug,
        {
            "title": kept.title,
            "status": kept.status,
            "tests-count": sum(1 for _ in world.tests.of(kept.slug)) or None,
            "created-at": precise(kept.created_at),
            "lang": kept.language,
            "framework": kept.framework,
            "url": kept.repository_url,
            "demo": False,
            "has-living-docs": False,
            "record-url": f"{call.base}/projects/{kept.slug}",
            "avatar": None,
            "api-key": None if caller(call).is_read_only else kept.api_key,
            "testomatio-url": call.base,
            "branch": None,
            "living-doc-url": None,
            "whitelist-ip": None,
            "versions-max-days": 30,
            "environments": kept.environments,
            "features": dict.fromkeys(kept.features, True),
            "run-replies": kept.replies,
            "subscription": kept.subscription,
            "company": "Harbour",
            "project-settings": {"is-share-public-report": False},
        },
    )
