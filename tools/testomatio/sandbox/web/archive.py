"""Archive and relaunch: archive and restore groups, and restart runs.

Where the reference is silent: either all groups are archived or none, and a relaunched run has pending results.
"""

from dataclasses import replace
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import caller
from tools.testomatio.sandbox.answers import answer, refuse
from tools.testomatio.sandbox.lifecycle import rerun
from tools.testomatio.sandbox.records import Run, Rungroup
from tools.testomatio.sandbox.requests import body, strings
from tools.testomatio.sandbox.v2.scope import find_record
from tools.testomatio.sandbox.web import runs as web_runs
from tools.testomatio.sandbox.web.json_api import document
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.post("/api/{p}/rungroups/archive")
async def archive_groups(call: Call[World]) -> Response:
    """Archive groups; their runs are not archived."""
    for group in _groups(call):
        group.archived_at = group.archived_at or call.world.now()
        group.updated_at = call.world.now()
    return answer({})


@routes.post("/api/{p}/rungroups/unarchive")
async def unarchive_groups(call: Call[World]) -> Response:
    for group in _groups(call):
        group.archived_at, group.updated_at = None, call.world.now()
    return answer({})


@routes.post("/api/{p}/runs/{run_id}/relaunch")
async def relaunch_run(call: Call[World]) -> Response:
    """Restart a run under its ID: it is running, and all results are pending."""
    run = web_runs.find_run(call)
    _reset_run(call.world, run)
    return document(web_runs.render_run(call.world, run))


@routes.post("/api/{p}/runs/{run_id}/relaunch_copy")
async def relaunch_copy(call: Call[World]) -> Response:
    """Start a copy of a run under a new ID; the run itself does not change."""
    world, run = call.world, web_runs.find_run(call)
    made = _copy_run(world, run, caller(call).email)
    return document(web_runs.render_run(world, made))


def _groups(call: Call[World]) -> list[Rungroup]:
    """The groups in a flat body, all of which must exist."""
    ids = strings(body(call), "rungroups_ids")
    if not ids:
        raise refuse(HTTPStatus.BAD_REQUEST, "param is missing or the value is empty: rungroups_ids")
    return [find_record(call, call.world.rungroups, group_id, "Rungroup") for group_id in ids]


def _copy_run(world: World, run: Run, created_by: str) -> Run:
    now = world.now()
    made = replace(
        run,
        id=world.new_id(),
        created_at=now,
        created_by=created_by,
        archived_at=None,
        is_shared=False,
        shared_until=None,
        env=list(run.env),
        plan_ids=list(run.plan_ids),
        labels=list(run.labels),
        linked_tags=list(run.linked_tags),
        milestones=list(run.milestones),
    )
    world.runs[made.id] = made
    for result in world.results.of_run(run.id):
        again = replace(result, id=next(world.result_ids), run_id=made.id, created_at=now, rid=None)
        world.results.add(again)
    _reset_run(world, made)
    return made


def _reset_run(world: World, run: Run) -> None:
    """Reset all results to pending, without their previous outcome."""
    rerun(world, run)
    run.seconds = None
    for result in world.results.of_run(run.id):
        result.executed_by, result.log, result.retries = None, None, 0
        result.artifacts, result.steps, result.meta, result.labels = [], [], {}, []
