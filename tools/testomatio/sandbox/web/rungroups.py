"""Groups of runs in the web API: one group, with its ancestors.

Where the reference is silent: the counters only include the runs directly in the group, since the platform's omit
nested runs.
"""

from collections import Counter

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.dates import precise
from tools.testomatio.sandbox.records import Rungroup
from tools.testomatio.sandbox.v2.scope import find_record
from tools.testomatio.sandbox.web.json_api import Row, document, resource
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get("/api/{p}/rungroups/{group_id}")
async def get_rungroup(call: Call[World]) -> Response:
    group = find_record(call, call.world.rungroups, str(call.params["group_id"]), "Rungroup")
    return document(render_group(call.world, group))


def render_group(world: World, group: Rungroup) -> Row:
    """A group; `path` lists its ancestors, the root first."""
    path, above = list[Row](), world.rungroups.get(group.parent_id or "")
    while above is not None:
        path.insert(0, {"id": above.id})
        above = world.rungroups.get(above.parent_id or "")
    runs = world.runs_in(group)
    counts = Counter(result.status for run in runs for result in world.results.of_run(run.id))
    return resource(
        "rungroup",
        group.id,
        {
            "title": group.title,
            "kind": group.kind,
            "status": group.status,
            "emoji": group.emoji,
            "description": group.description,
            "merge-strategy": None,
            "runs-count": len(runs),
            "tests-count": counts.total(),
            "passed": counts["passed"],
            "failed": counts["failed"],
            "skipped": counts["skipped"],
            "created-at": precise(group.created_at),
            "updated-at": precise(group.updated_at),
            "finished-at": precise(group.finished_at),
            "archived-at": precise(group.archived_at),
            "is-root": group.parent_id is None,
            "parent-id": group.parent_id,
            "path": path,
        },
    )
