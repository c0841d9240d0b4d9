"""Runs of the web API, with counters, duration and archive state.

Where the reference is silent: lists are newest first; the people who created and finished a run are in two of the
shapes that the platform returns.
"""

from collections import Counter
from collections.abc import Iterable
from math import ceil

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import not_found
from tools.testomatio.sandbox.dates import precise
from tools.testomatio.sandbox.query.fields import run_seconds
from tools.testomatio.sandbox.records import Run, Rungroup, Testrun
from tools.testomatio.sandbox.requests import is_on, query_integer
from tools.testomatio.sandbox.v2.scope import find_record
from tools.testomatio.sandbox.web import rungroups as web_rungroups
from tools.testomatio.sandbox.web import tests as web_tests
from tools.testomatio.sandbox.web.json_api import Row, document, linkage, page_size, paged, resource
from tools.testomatio.sandbox.web.parts import label_texts, render_issues, render_person
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

MOST_PER_PAGE = 100
PER_DASHBOARD = 30


@routes.get("/api/{p}/runs")
async def list_runs(call: Call[World]) -> Response:
    """Runs that are not archived; `group_id` selects a group, and `nested` includes its subgroups."""
    rows = [run for run in runs_of(call) if run.archived_at is None]
    group_id = call.last("group_id")
    if not group_id:
        return paged(call, rows, lambda run: render_run(call.world, run))
    groups = set(_group_ids(call, group_id)) if is_on(call, "nested") else {group_id}
    rows = [run for run in rows if run.rungroup_id in groups]
    return paged(call, rows, lambda run: render_run(call.world, run), per_page=page_size(call, MOST_PER_PAGE))


@routes.get("/api/{p}/runs/archives")
async def list_archived_runs(call: Call[World]) -> Response:
    rows = [run for run in runs_of(call) if run.archived_at is not None]
    return paged(call, rows, lambda run: render_run(call.world, run))


@routes.get("/api/{p}/runs/dashboard")
async def show_dashboard(call: Call[World]) -> Response:
    """The start page: runs without a group and root groups, newest first, with `meta` in camelCase."""
    world, slug = call.world, project(call).slug
    rows: list[Run | Rungroup] = [run for run in runs_of(call) if run.rungroup_id is None and run.archived_at is None]
    rows += [
        one for one in world.rungroups.values() if one.project == slug and not one.parent_id and not one.archived_at
    ]
    rows.sort(key=lambda one: (one.created_at, one.id), reverse=True)
    page = max(query_integer(call.last("page"), 1), 1)
    pages = ceil(len(rows) / PER_DASHBOARD)
    meta: Row = {"page": page, "perPage": PER_DASHBOARD, "totalCount": len(rows), "totalPages": pages}
    shown_rows = rows[(page - 1) * PER_DASHBOARD : page * PER_DASHBOARD]
    return document(
        [
            render_run(world, one) if isinstance(one, Run) else web_rungroups.render_group(world, one)
            for one in shown_rows
        ],
        meta=meta,
    )


@routes.get("/api/{p}/runs/{run_id}")
async def get_run(call: Call[World]) -> Response:
    """A run, which may be archived; `tree=true` includes its tests."""
    run, world = find_run(call), call.world
    if not is_on(call, "tree"):
        return document(render_run(world, run))
    ids = dict.fromkeys(result.test_id for result in world.results.of_run(run.id))
    tests = [test for test_id in ids if (test := world.tests.get(test_id or ""))]
    row = render_run(world, run, tests=[linkage("test", test.id) for test in tests])
    return document(row, included=[web_tests.render_test(call, test) for test in tests])


@routes.get("/api/{p}/run/{run_id}")
async def get_run_at_old_path(call: Call[World]) -> Response:
    """The singular path of the first documentation."""
    return await get_run(call)


def runs_of(call: Call[World]) -> list[Run]:
    """The project's runs on the main branch, newest first."""
    own = [run for run in call.world.runs.values() if run.project == project(call).slug and run.branch is None]
    return sorted(own, key=lambda run: (run.created_at, run.id), reverse=True)


def find_run(call: Call[World]) -> Run:
    """The run in the path."""
    run = find_record(call, call.world.runs, str(call.params["run_id"]), "Run")
    if run.branch is not None:
        raise not_found("Run")
    return run


def render_run(world: World, run: Run, **related: object) -> Row:
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
            "duration": round(run_seconds(run)) if run.is_over else 0,
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
            "labels": label_texts(world, run.labels),
            "tags": run.tags,
            **render_issues(world, "run", run.id),
            "is-archived": run.archived_at is not None,
            "ci-build-url": run.ci_build_url,
            "substatuses-counts": dict(Counter(result.substatus for result in results if result.substatus)),
            "multienv": len(run.env) > 1,
            "checklist": False,
            "access": "public" if run.is_public else "private" if run.is_private else None,
            "to-url": f"/projects/{run.project}/runs/{run.id}",
            "comments-count": sum(comment.run_id == run.id for comment in world.comments.values()),
            "created-by": render_person(creator),
            "executed-by": None if finisher is None else finisher.name,
        },
        **related,
    )


def _last_executor(results: Iterable[Testrun]) -> str | None:
    return next((result.executed_by for result in reversed(list(results)) if result.executed_by), None)


def _group_ids(call: Call[World], group_id: str) -> Iterable[str]:
    """A group and its subgroups."""
    yield group_id
    for group in call.world.rungroups.values():
        if group.parent_id == group_id:
            yield from _group_ids(call, group.id)
