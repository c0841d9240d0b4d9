"""Runs: the list with its filters, and creating and changing runs."""

from collections import Counter
from dataclasses import replace

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox import labelling, lifecycle
from tools.testomatio.sandbox.access import caller, project
from tools.testomatio.sandbox.answers import created, invalid, no_content, not_found, v2_answer
from tools.testomatio.sandbox.dates import zulu
from tools.testomatio.sandbox.query.fields import pick_runs
from tools.testomatio.sandbox.records import Run, Rungroup, bare
from tools.testomatio.sandbox.requests import Fields, assign, choice, fields_of, require, string, strings, strings_sent
from tools.testomatio.sandbox.v2.launching import KINDS, STRATEGIES, add_chosen_tests, read_plan_ids
from tools.testomatio.sandbox.v2.pages import Groups, Row, page_of
from tools.testomatio.sandbox.v2.plans import check_selection
from tools.testomatio.sandbox.v2.scope import V2, assignee, branch, find_record
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

EVENTS = ("finish", "finish_manual", "launch", "rerun", "scheduled", "terminate")
_OPTIONAL = ("passed_count", "failed_count", "skipped_count", "launched_at", "finished_at", "ci_build_url")
"""Fields of a run that some versions of the server omit."""
_GROUPS: Groups[Run] = {
    "status": lambda run: run.status,
    "kind": lambda run: run.kind,
    "created_by": lambda run: run.created_by,
    "env": lambda run: run.env,
}


@routes.get(f"{V2}/runs")
async def list_runs(call: Call[World]) -> Response:
    """Newest first, including archived runs unless they are filtered out."""
    world, slug = call.world, branch(call)
    found = [run for run in world.runs.values() if run.project == project(call).slug and run.branch in {None, slug}]
    found.sort(key=lambda run: run.created_at, reverse=True)
    if text := call.last("search"):
        found = [run for run in found if text.lower() in run.title.lower()]
    if group_id := call.last("groupId"):
        found = [run for run in found if run.rungroup_id == group_id]
    if (archived := call.last("filter[archived]")) is not None:
        found = [run for run in found if (run.archived_at is not None) == (archived.lower() in {"true", "1"})]
    if query := call.last("tql"):
        found = pick_runs(world, query, found)
    return page_of(call, found, lambda run: render_run(world, run), groups=_GROUPS)


@routes.get(f"{V2}/runs/{{id}}")
async def get_run(call: Call[World]) -> Response:
    """A run, which may be archived."""
    return v2_answer(call, _render_single(call.world, find_run(call)))


@routes.post(f"{V2}/runs")
async def create_run(call: Call[World]) -> Response:
    """Create a run; a manual run in several environments becomes a group of runs, of which the first is returned."""
    world, own, sent = call.world, project(call), fields_of(call, "run")
    require(sent, "title")
    kind = choice(sent, "kind", KINDS, "manual")
    run = Run("", own.slug, string(sent, "title") or "", world.now(), world.now(), kind=kind, branch=branch(call))
    run.description, run.created_by = string(sent, "description"), caller(call).email
    run.env = _split(string(sent, "env"))
    run.assigned_to = assignee(call, sent)
    run.assign_strategy = choice(sent, "assign_strategy", STRATEGIES, "none")
    run.plan_ids, run.rungroup_id = read_plan_ids(call, sent), _group(call, sent)
    check_selection(world, own.slug, sent, run.branch)
    links = labelling.read_links(call, sent, "run")
    configuration = sent.get("configuration")
    run.configuration = configuration if isinstance(configuration, dict) else None

    environments = strings(sent, "envs") if kind == "manual" else []
    if len(environments) > 1:
        group = Rungroup(world.new_id(), own.slug, run.title, world.now(), world.now(), run.rungroup_id)
        world.rungroups[group.id] = group
        run.rungroup_id = group.id
    created_runs = [_add_run(call, replace(run, env=[env]), sent, links) for env in environments] or [
        _add_run(call, run, sent, links)
    ]
    return created(call, _render_single(world, created_runs[0]))


def _add_run(call: Call[World], run: Run, sent: Fields, links: list[labelling.Link]) -> Run:
    """Store a new run: a manual run is running at once, an automated one waits for its first result."""
    world = call.world
    run.id, run.labels, run.linked_tags, run.milestones = world.new_id(), [], [], []
    run.status = "scheduled" if run.kind == "automated" else "running"
    run.launched_at = None if run.kind == "automated" else world.now()
    world.runs[run.id] = run
    add_chosen_tests(world, run, sent)
    labelling.apply_links(call, run, links, "run")
    return run


@routes.put(f"{V2}/runs/{{id}}")
@routes.patch(f"{V2}/runs/{{id}}")
async def update_run(call: Call[World]) -> Response:
    world, run, sent = call.world, find_run(call), fields_of(call, "run")
    if "title" in sent:
        require(sent, "title")
    kind = choice(sent, "kind", KINDS, run.kind)
    strategy = choice(sent, "assign_strategy", STRATEGIES, run.assign_strategy)
    event = choice(sent, "status_event", EVENTS, "") or None
    assigned_to = assignee(call, sent) if "assigned_to" in sent else run.assigned_to
    check_selection(world, run.project, sent, run.branch)
    plan_ids = read_plan_ids(call, sent) or run.plan_ids
    group_id = _group(call, sent) if "rungroup_id" in sent else run.rungroup_id
    links = labelling.read_links(call, sent, "run")
    texts = strings_sent(sent, "title", "description")
    env = _split(string(sent, "env")) if "env" in sent else run.env
    if event is not None:
        lifecycle.apply_event(world, run, event)

    assign(run, texts)
    run.env = env
    run.kind, run.assign_strategy, run.assigned_to, run.rungroup_id = kind, strategy, assigned_to, group_id
    run.plan_ids, run.updated_at = plan_ids, world.now()
    add_chosen_tests(world, run, sent)
    labelling.apply_links(call, run, links, "run")
    return v2_answer(call, _render_single(world, run))


@routes.delete(f"{V2}/runs/{{id}}")
async def delete_run(call: Call[World]) -> Response:
    call.world.drop_run(find_run(call))
    return no_content()


def find_run(call: Call[World]) -> Run:
    """The run in the path; a run of a branch needs that branch in the request.

    Raises:
        Respond: 404 when there is none.
    """
    run = find_record(call, call.world.runs, str(call.params["id"]), "Run")
    if run.branch not in {None, branch(call)}:
        raise not_found("Run")
    return run


def _group(call: Call[World], sent: Fields) -> str | None:
    group_id = string(sent, "rungroup_id")
    if not group_id:
        return None
    group = call.world.rungroups.get(group_id)
    if group is None or group.project != project(call).slug:
        raise invalid("Rungroup does not exist")
    return group_id


def _split(joined: str | None) -> list[str]:
    return [piece.strip() for piece in (joined or "").split(",") if piece.strip()]


def _render_single(world: World, run: Run) -> Row:
    """A single run, with a reliable count of its tests."""
    return render_run(world, run) | {"total_tests": len(lifecycle.last_statuses(world.results.of_run(run.id)))}


def render_run(world: World, run: Run) -> Row:
    count = Counter(lifecycle.last_statuses(world.results.of_run(run.id)))
    data: Row = {
        "id": run.id,
        "type": "run",
        "title": run.title,
        "clean_title": bare(run.title),
        "status": run.status,
        "kind": run.kind,
        "rungroup_id": run.rungroup_id,
        "assigned_to": run.assigned_to,
        "assign_strategy": run.assign_strategy,
        "env": ", ".join(run.env) or None,
        "description": run.description,
        "labels": labelling.render_labels(world, run.labels),
        "plans": [{"id": world.plans[plan_id].id, "title": world.plans[plan_id].title} for plan_id in run.plan_ids],
        "tests_count": count.total(),
        "passed_count": count["passed"],
        "failed_count": count["failed"],
        "skipped_count": count["skipped"],
        "created_at": zulu(run.created_at),
        "launched_at": zulu(run.launched_at),
        "finished_at": zulu(run.finished_at),
        "ci_build_url": run.ci_build_url,
    }
    if world.switches.without_run_counts:
        return {name: value for name, value in data.items() if name not in _OPTIONAL}
    return data
