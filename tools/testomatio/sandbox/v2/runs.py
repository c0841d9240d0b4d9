"""Runs: the list with its filters, one run, how it is changed and how it goes."""

from collections import Counter
from dataclasses import replace

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox import labelling, lifecycle
from tools.testomatio.sandbox.access import caller, project
from tools.testomatio.sandbox.answers import created, gone, invalid, not_found, v2
from tools.testomatio.sandbox.dates import zulu
from tools.testomatio.sandbox.query.fields import pick_runs
from tools.testomatio.sandbox.records import Run, Rungroup, bare
from tools.testomatio.sandbox.requests import Fields, assign, choice, fields_of, require, string, strings, strings_sent
from tools.testomatio.sandbox.v2.launching import KINDS, STRATEGIES, fill, plans_named
from tools.testomatio.sandbox.v2.pages import Groups, Row, page_of
from tools.testomatio.sandbox.v2.plans import check_chosen
from tools.testomatio.sandbox.v2.scope import V2, branch, find, person
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

EVENTS = ("finish", "finish_manual", "launch", "rerun", "scheduled", "terminate")
_NEWER = ("passed_count", "failed_count", "skipped_count", "launched_at", "finished_at", "ci_build_url")
"""What some versions of the server do not send of a run."""
_GROUPS: Groups[Run] = {
    "status": lambda run: run.status,
    "kind": lambda run: run.kind,
    "created_by": lambda run: run.created_by,
    "env": lambda run: run.env,
}


@routes.get(f"{V2}/runs")
async def list_runs(call: Call[World]) -> Response:
    """Newest first, archived ones among them unless they are filtered out."""
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
    return page_of(call, found, lambda run: shown(world, run), groups=_GROUPS)


@routes.get(f"{V2}/runs/{{id}}")
async def get_run(call: Call[World]) -> Response:
    """Archived ones as well."""
    return v2(call, _detailed(call.world, find_run(call)))


@routes.post(f"{V2}/runs")
async def create_run(call: Call[World]) -> Response:
    """A run; by hand and in several environments one for each of them, in a new group, and the first is answered."""
    world, own, sent = call.world, project(call), fields_of(call, "run")
    require(sent, "title")
    kind = choice(sent, "kind", KINDS, "manual")
    run = Run("", own.slug, string(sent, "title") or "", world.now(), world.now(), kind=kind, branch=branch(call))
    run.description, run.created_by = string(sent, "description"), caller(call).email
    run.env = _pieces(string(sent, "env"))
    run.assigned_to = person(call, sent)
    run.assign_strategy = choice(sent, "assign_strategy", STRATEGIES, "none")
    run.plan_ids, run.rungroup_id = plans_named(call, sent), _group(call, sent)
    check_chosen(world, own.slug, sent, run.branch)
    links = labelling.read(call, sent, "run")
    configuration = sent.get("configuration")
    run.configuration = configuration if isinstance(configuration, dict) else None

    environments = strings(sent, "envs") if kind == "manual" else []
    if len(environments) > 1:
        group = Rungroup(world.new_id(), own.slug, run.title, world.now(), world.now(), run.rungroup_id)
        world.rungroups[group.id] = group
        run.rungroup_id = group.id
    made = [_begin(call, replace(run, env=[env]), sent, links) for env in environments] or [
        _begin(call, run, sent, links)
    ]
    return created(call, _detailed(world, made[0]))


def _begin(call: Call[World], run: Run, sent: Fields, links: list[labelling.Link]) -> Run:
    """Keep a new run: one by hand is under way at once, an automated one waits for its first result."""
    world = call.world
    run.id, run.labels, run.linked_tags, run.milestones = world.new_id(), [], [], []
    run.status = "scheduled" if run.kind == "automated" else "running"
    run.launched_at = None if run.kind == "automated" else world.now()
    world.runs[run.id] = run
    fill(world, run, sent)
    labelling.apply(call, run, links, "run")
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
    assigned_to = person(call, sent) if "assigned_to" in sent else run.assigned_to
    check_chosen(world, run.project, sent, run.branch)
    plan_ids = plans_named(call, sent) or run.plan_ids
    group_id = _group(call, sent) if "rungroup_id" in sent else run.rungroup_id
    links = labelling.read(call, sent, "run")
    told = strings_sent(sent, "title", "description")
    env = _pieces(string(sent, "env")) if "env" in sent else run.env
    if event is not None:
        lifecycle.fire(world, run, event)

    assign(run, told)
    run.env = env
    run.kind, run.assign_strategy, run.assigned_to, run.rungroup_id = kind, strategy, assigned_to, group_id
    run.plan_ids, run.updated_at = plan_ids, world.now()
    fill(world, run, sent)
    labelling.apply(call, run, links, "run")
    return v2(call, _detailed(world, run))


@routes.delete(f"{V2}/runs/{{id}}")
async def delete_run(call: Call[World]) -> Response:
    call.world.drop_run(find_run(call))
    return gone()


def find_run(call: Call[World]) -> Run:
    """The run that the path names; one of a branch is reachable with that branch only.

    Raises:
        Respond: 404 when there is none.
    """
    run = find(call, call.world.runs, str(call.params["id"]), "Run")
    if run.branch not in {None, branch(call)}:
        raise not_found("Run")
    return run


def _group(call: Call[World], sent: Fields) -> str | None:
    wanted = string(sent, "rungroup_id")
    if not wanted:
        return None
    group = call.world.rungroups.get(wanted)
    if group is None or group.project != project(call).slug:
        raise invalid("Rungroup does not exist")
    return wanted


def _pieces(joined: str | None) -> list[str]:
    return [piece.strip() for piece in (joined or "").split(",") if piece.strip()]


def _detailed(world: World, run: Run) -> Row:
    """A run on its own, with the count that can be relied on."""
    return shown(world, run) | {"total_tests": _tests_count(world, run)}


def shown(world: World, run: Run) -> Row:
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
        "labels": labelling.shown(world, run.labels),
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
        return {name: value for name, value in data.items() if name not in _NEWER}
    return data


def _tests_count(world: World, run: Run) -> int:
    return len(lifecycle.last_statuses(world.results.of_run(run.id)))
