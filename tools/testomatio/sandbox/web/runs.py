"""Runs of the web API: with their counters, how long they took, and whether they are archived.

Where the reference is silent: lists come newest first; those who made and finished a run are shown in two of the shapes
that were seen.
"""

from collections import Counter
from collections.abc import Iterable
from math import ceil

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import not_found
from tools.testomatio.sandbox.dates import precise
from tools.testomatio.sandbox.query.fields import seconds
from tools.testomatio.sandbox.records import Run, Rungroup, Testrun
from tools.testomatio.sandbox.requests import is_on, query_integer
from tools.testomatio.sandbox.web import rungroups as web_rungroups
from tools.testomatio.sandbox.web import tests as web_tests
from tools.testomatio.sandbox.web.json_api import Row, asked_per_page, document, linkage, paged, resource
from tools.testomatio.sandbox.web.parts import issues, label_words, person
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

MOST_PER_PAGE = 100
PER_DASHBOARD = 30


@routes.get("/api/{p}/runs")
async def list_runs(call: Call[World]) -> Response:
    """The runs that are not archived; those of a group with `group_id`, of every group below it with `nested`."""
    rows = [run for run in of(call) if run.archived_at is None]
    wanted = call.last("group_id")
    if not wanted:
        return paged(call, rows, lambda run: shown(call.world, run))
    groups = set(_groups(call, wanted)) if is_on(call, "nested") else {wanted}
    rows = [run for run in rows if run.rungroup_id in groups]
    return paged(call, rows, lambda run: shown(call.world, run), per_page=asked_per_page(call, MOST_PER_PAGE))


@routes.get("/api/{p}/runs/archives")
async def list_archived_runs(call: Call[World]) -> Response:
    rows = [run for run in of(call) if run.archived_at is not None]
    return paged(call, rows, lambda run: shown(call.world, run))


@routes.get("/api/{p}/runs/dashboard")
async def show_dashboard(call: Call[World]) -> Response:
    """What the web app begins with: runs in no group and groups in no other, newest first, and `meta` in camelCase."""
    world, slug = call.world, project(call).slug
    rows: list[Run | Rungroup] = [run for run in of(call) if run.rungroup_id is None and run.archived_at is None]
    rows += [
        one for one in world.rungroups.values() if one.project == slug and not one.parent_id and not one.archived_at
    ]
    rows.sort(key=lambda one: (one.created_at, one.id), reverse=True)
    page = max(query_integer(call.last("page"), 1), 1)
    pages = ceil(len(rows) / PER_DASHBOARD)
    meta: Row = {"page": page, "perPage": PER_DASHBOARD, "totalCount": len(rows), "totalPages": pages}
    shown_rows = rows[(page - 1) * PER_DASHBOARD : page * PER_DASHBOARD]
    return document(
        [shown(world, one) if isinstance(one, Run) else web_rungroups.shown(world, one) for one in shown_rows],
        meta=meta,
    )


@routes.get("/api/{p}/runs/{run_id}")
async def get_run(call: Call[World]) -> Response:
    """One run, archived or not; its tests come along with `tree=true`."""
    run, world = find(call), call.world
    if not is_on(call, "tree"):
        return document(shown(world, run))
    ids = dict.fromkeys(result.test_id for result in world.results.of_run(run.id))
    tests = [test for test_id in ids if (test := world.tests.get(test_id or ""))]
    row = shown(world, run, tests=[linkage("test", test.id) for test in tests])
    return document(row, included=[web_tests.shown(call, test) for test in tests])


@routes.get("/api/{p}/run/{run_id}")
async def get_run_as_once_written(call: Call[World]) -> Response:
    """The singular of the first documentation."""
    return await get_run(call)


def of(call: Call[World]) -> list[Run]:
    """The project's runs on the main branch, newest first."""
    own = [run for run in call.world.runs.values() if run.project == project(call).slug and run.branch is None]
    return sorted(own, key=lambda run: (run.created_at, run.id), reverse=True)


def find(call: Call[World]) -> Run:
    """The run that the path names."""
    run = call.world.runs.get(str(call.params["run_id"]))
    if run is None or run.project != project(call).slug or run.branch is not None:
        raise not_found("Run")
    return run


def shown(world: World, run: Run, **related: object) -> Row:
    results = world.results.of_run(run.id)
    counts = Counter(result.status for result in results)
    creator, finisher = world.user(run.created_by), world.user(_last_executor(results))
    return resource(
        "run",
        run.id,
        {
            "title": run.title,
            "status": run.status,
            "kind": run.kind,
            "description": run.description,
            "tests-count": len({(result.test_id or result.title, str(result.example)) for result in results}),
            "automated": run.kind == "automated",
            "duration": round(seconds(run)) if run.is_over else 0,
            "passed": counts["passed"],
            "failed": counts["failed"],
            "skipped": counts["skipped"],
            "created-at": precise(run.created_at),
            "updated-at": precise(run.updated_at),
            "launched-at": precise(run.launched_at),
            "finished-at": precise(run.finished_at),
            "has-finished": run.is_over,
            "env": run.env,
            "rungroup-id": run.rungroup_id,
            "labels": label_words(world, run.labels),
            "tags": run.tags,
            **issues(world, "run", run.id),
            "is-archived": run.archived_at is not None,
            "ci-build-url": run.ci_build_url,
            "substatuses-counts": dict(Counter(result.substatus for result in results if result.substatus)),
            "multienv": len(run.env) > 1,
            "checklist": False,
            "access": "public" if run.is_public else "private" if run.is_private else None,
            "to-url": f"/projects/{run.project}/runs/{run.id}",
            "comments-count": sum(comment.run_id == run.id for comment in world.comments.values()),
            "created-by": person(creator),
            "executed-by": None if finisher is None else finisher.name,
        },
        **related,
    )


def _last_executor(results: Iterable[Testrun]) -> str | None:
    return next((result.executed_by for result in reversed(list(results)) if result.executed_by), None)


def _groups(call: Call[World], group_id: str) -> Iterable[str]:
    """A group and every group below it."""
    yield group_id
    for group in call.world.rungroups.values():
        if group.parent_id == group_id:
            yield from _groups(call, group.id)
