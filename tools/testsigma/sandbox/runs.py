"""Test runs: created from a selection, filled a moment later, and closed for good.

Where the reference is silent: a title that exists in the project is 422, as is any edit of a closed run and any status
but ACTIVE and CLOSED; `test_cases_count` is correct at once; unknown labels are created.
"""

from collections.abc import Mapping

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testsigma.sandbox.answers import Row, answer_record, no_content, not_found, render_record, unprocessable
from tools.testsigma.sandbox.paging import answer_page
from tools.testsigma.sandbox.paths import project_of, record_of
from tools.testsigma.sandbox.records import Label, Run, RunCase
from tools.testsigma.sandbox.requests import (
    Fields,
    body,
    contains,
    integer,
    required,
    set_updated,
    string,
    strings,
    user_or_none,
    uuid,
    uuids,
)
from tools.testsigma.sandbox.selection import apply_selection, excluded_ids, selection_type
from tools.testsigma.sandbox.settings import render_labels, result_name
from tools.testsigma.sandbox.world import World

routes: Routes[World] = Routes()

FILLS_AFTER = 300  # milliseconds of the sandbox's clock
ACTIVE, CLOSED = "ACTIVE", "CLOSED"
_TABLE = "test_runs"
_DOCUMENTED = {ACTIVE: "IN_PROGRESS", CLOSED: "PASSED"}


@routes.get("/projects/{project_id}/test_runs")
async def list_runs(call: Call[World]) -> Response:
    world, project = call.world, project_of(call)
    term = (call.last("search") or "").strip().casefold()
    plan_id = call.last("test_plan_id") if world.switches.filter_runs_by_plan else None
    rows = [
        run
        for run in world.runs.of(project.id)
        if term in run.title.casefold()
        and contains(call, "title", run.title)
        and (not plan_id or run.plan_id == plan_id.lower())
    ]
    return answer_page(call, "test_runs", _TABLE, rows, lambda run: render_run(world, run, is_read=True))


@routes.get("/projects/{project_id}/test_runs/{run_id}")
async def get_run(call: Call[World]) -> Response:
    world, run = call.world, find_run(call)
    row = render_run(world, run, is_read=True)
    if world.switches.as_documented:
        row["results"] = [
            {"test_case_id": result.case_id, "status": result_name(world, result.status_id).upper()}
            for result in results_of(world, run)
        ]
    return answer_record("test_run", row)


@routes.post("/projects/{project_id}/test_runs")
async def create_run(call: Call[World]) -> Response:
    """Create a run; its test cases appear a moment later, and a human ID is ignored."""
    world, project, sent = call.world, project_of(call), body(call)
    run = Run(world.new_meta(), project.id, "", required(sent, "title"))
    apply_selection(world, run, sent)
    run.plan_id = _plan(world, run, sent)
    _set_fields(world, run, sent)
    run.filled_at = run.meta.created_at + FILLS_AFTER
    untested = world.lookup("results", "UnTested")
    results = {case_id: RunCase(world.new_meta(), case_id, untested) for case_id in run.case_ids}
    run.make_results = lambda: results
    run.human_id = project.next_human_id("R")
    world.runs.add(run)
    return answer_record("test_run", render_run(world, run), message="Test run created successfully")


@routes.put("/projects/{project_id}/test_runs/{run_id}")
async def update_run(call: Call[World]) -> Response:
    """Change the documented fields that were sent, except selection and human ID. CLOSED closes the run."""
    world, run, sent = call.world, find_open_run(call), body(call)
    excluded_ids(sent)
    selection = selection_type(sent, run.selection_type)
    plan_id = _plan(world, run, sent) if world.switches.attach_plan_by_update else run.plan_id
    _set_fields(world, run, sent)
    run.selection_type, run.plan_id = selection, plan_id
    if sent.get("status") == CLOSED:
        run.status, run.closed_by = CLOSED, world.me
    set_updated(world, run)
    return answer_record("test_run", render_run(world, run))


@routes.delete("/projects/{project_id}/test_runs/{run_id}")
async def delete_run(call: Call[World]) -> Response:
    world, run = call.world, find_run(call)
    world.runs.drop(run)
    world.imports = {key: job for key, job in world.imports.items() if job.run_id != run.id}
    return no_content()


def find_run(call: Call[World]) -> Run:
    return record_of(call, call.world.runs, "run_id")


def find_open_run(call: Call[World]) -> Run:
    """The run in the path; 422 when it is closed, since a closed run cannot change."""
    run = find_run(call)
    if run.status == CLOSED:
        raise unprocessable("The test run is closed")
    return run


def results_of(world: World, run: Run) -> list[RunCase]:
    """The visible cases of a run, in the order of the test cases."""
    if world.now() < run.filled_at:
        return []
    return [run.results[case_id] for case_id in run.case_ids]


def render_run(world: World, run: Run, *, is_read: bool = False) -> Row:
    """A run; in the documentation of a single run its title is `name`."""
    documented = world.switches.as_documented
    status = world.value_of(run.id, run.status)
    fields: Row = {
        "human_id": run.human_id,
        "name" if documented and is_read else "title": run.title,
        "description": run.description,
        "status": _DOCUMENTED.get(status, status) if documented else status,
        "project_id": run.project_id,
        "selection_type": run.selection_type,
        "static_selection_filters": run.static_filters,
        "dynamic_selection_filters": run.dynamic_filters,
        "dynamic_selection_excluded_test_case_ids": run.excluded_ids,
        "start_date": world.timestamp(run.start_date),
        "end_date": world.timestamp(run.end_date),
        "assignee_id": run.assignee_id,
        "environments": run.environment_ids and [{"id": environment_id} for environment_id in run.environment_ids],
        "test_plan_id": run.plan_id,
        "test_cases_count": len(run.case_ids),
        "test_run_status_summary": _summary(world, run),
    }
    if documented:
        fields["label_names"] = [world.labels[label_id].name for label_id in run.label_ids]
    else:
        fields["labels"] = render_labels(world, run.label_ids)
    if run.closed_by:
        fields["closed_by"] = run.closed_by
    return render_record(world, run, fields)


def status_counts(world: World, run: Run) -> Mapping[str, int]:
    """The number of cases of a run by status ID."""
    found: dict[str, int] = {}
    for result in results_of(world, run):
        found[result.status_id] = found.get(result.status_id, 0) + 1
    return found


def _summary(world: World, run: Run) -> list[Row] | None:
    if not run.has_summary:
        return None
    counted = status_counts(world, run)
    return [
        {"status_id": status_id, "status_name": result_name(world, status_id), "count": counted[status_id]}
        for status_id in world.lookups["results"]
        if status_id in counted
    ]


def _set_fields(world: World, run: Run, sent: Fields) -> None:
    """Set the fields that creating and updating share, once all of them are valid."""
    title = required(sent, "title") if "title" in sent else run.title
    if any(other.title == title and other.id != run.id for other in world.runs.of(run.project_id)):
        raise unprocessable(f"A test run with the title {title!r} exists already")
    description = string(sent, "description") if "description" in sent else run.description
    start, end = (integer(sent, name) if name in sent else getattr(run, name) for name in ("start_date", "end_date"))
    if string(sent, "status") not in ("", ACTIVE, CLOSED):
        raise unprocessable(f"status must be one of {ACTIVE}, {CLOSED}")
    if sent.get("project_id") is not None:
        uuid(sent["project_id"])
    assignee = user_or_none(world, sent, "assignee_id", _TABLE) if "assignee_id" in sent else run.assignee_id
    environments = uuids(sent, "environment_ids") or None if "environment_ids" in sent else run.environment_ids
    labels = _labels(world, strings(sent, "label_names")) if "label_names" in sent else run.label_ids
    run.title, run.description, run.start_date, run.end_date = title, description, start, end
    run.assignee_id, run.environment_ids, run.label_ids = assignee, environments, labels


def _labels(world: World, names: list[str]) -> list[str]:
    known = {label.name: label.id for label in world.labels.values()}
    unknown = [name for name in dict.fromkeys(names) if name not in known]
    if unknown and world.switches.refuse_unknown_labels:
        raise unprocessable(f"Unknown label: {unknown[0]}")
    for name in unknown:
        label = Label(world.new_meta(), name)
        world.labels[label.id], known[name] = label, label.id
    return [known[name] for name in dict.fromkeys(names)]


def _plan(world: World, run: Run, sent: Fields) -> str:
    if "test_plan_id" not in sent:
        return run.plan_id
    if sent["test_plan_id"] in (None, ""):
        return ""
    plan = world.plans.get(plan_id := uuid(sent["test_plan_id"]))
    if plan is None or plan.project_id != run.project_id:
        raise not_found("Test plan", plan_id)
    return plan.id
