"""Reporting: a pipeline creates, fills and finishes runs with its project token.

A result is answered at once and processed a moment later or when the run ends. Where the reference is silent: a batch
with results of unknown tests is 404, but the other results are processed; a shared run with a number of shards ends
with the last of them; an unknown pipeline profile is 422.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import wraps
from json import loads

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.testomatio.sandbox.access import reported_project
from tools.testomatio.sandbox.answers import answer, message_error, refuse
from tools.testomatio.sandbox.lifecycle import add_pending_results, finish, launch
from tools.testomatio.sandbox.records import Project, Run, Rungroup, Test
from tools.testomatio.sandbox.reporter.artifact_store import BUCKET
from tools.testomatio.sandbox.reporter.ingestion import (
    add_issue,
    add_label,
    matching_test,
    run_deferred,
    without_prefix,
)
from tools.testomatio.sandbox.requests import Fields, body, boolean, choice, number, objects, string, strings
from tools.testomatio.sandbox.v2.plans import selected_tests
from tools.testomatio.sandbox.web.pages import report_url, run_url
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

MOST_IN_A_BATCH = 100
SECONDS_TO_TAKE_IN = 2
SHARED_MINUTES = 20
KINDS = ("automated", "manual", "mixed", "detect")
EVENTS = ("pass", "fail", "finish", "pass_parallel", "fail_parallel", "finish_parallel")

Handler = Callable[[Call[World]], Awaitable[Response]]


def with_message_errors(handler: Handler) -> Handler:
    """Return errors as the reporting and importing APIs do: a sentence under `message`."""

    @wraps(handler)
    async def wrapped(call: Call[World]) -> Response:
        try:
            return await handler(call)
        except Respond as early:
            body_sent = loads(bytes(early.response.body))
            return message_error(early.response.status_code, body_sent.get("error") or body_sent.get("message"))

    return wrapped


@routes.post("/api/reporter")
@with_message_errors
async def create_run(call: Call[World]) -> Response:
    """Create a run, or join the shared run with this title."""
    world, project, sent = call.world, reported_project(call), body(call)
    run = _shared_run(world, project, sent)
    if run is None:
        _validate(project, sent)
        title = string(sent, "title") or f"Automated tests at {world.now():%d %b %Y %H:%M}"
        run = Run(world.new_id(), project.slug, title, world.now(), world.now(), launched_at=world.now())
        _change(world, project, run, sent)
        _set_initial_fields(world, project, run, sent)
        world.runs[run.id] = run
    return _answer(call, project, run)


@routes.put("/api/reporter/{run_id}")
@with_message_errors
async def update_run(call: Call[World]) -> Response:
    """Change a run, and finish it on an event."""
    world, project, sent = call.world, reported_project(call), body(call)
    run = _find_run(call, project)
    event = choice(sent, "status_event", EVENTS, "")
    entries, seconds = objects(sent, "tests"), number(sent, "duration")
    _change(world, project, run, sent)
    for entry in entries:
        _add_pending_result(world, run, entry, may_create=boolean(sent, "create_tests") or boolean(entry, "create"))
    run.seconds = run.seconds if seconds is None else seconds
    if event or boolean(sent, "detach"):
        world.pending_uploads.run_deferred(run.id)
    if event:
        _finish(world, run, event, sent)
    if boolean(sent, "detach"):
        _detach(world, run)
    return _answer(call, project, run)


@routes.post("/api/reporter/{run_id}/testrun")
@with_message_errors
async def add_results(call: Call[World]) -> Response:
    """Receive a result or a batch of results; the answer does not report their outcome."""
    world, project, sent = call.world, reported_project(call), body(call)
    run = _find_run(call, project)
    entries = objects(sent, "tests") if "tests" in sent else [sent]
    if len(entries) > MOST_IN_A_BATCH:
        raise refuse(422, f"A batch has at most {MOST_IN_A_BATCH} tests")
    unknown = []
    for entry in entries:
        may_create = boolean(entry, "create") or boolean(sent, "create")
        if may_create or matching_test(world, project.slug, entry) is not None:
            _add_pending_result(world, run, entry, may_create=may_create)
        else:
            unknown.append(str(entry.get("title") or entry.get("test_id") or "?"))
    if unknown:
        raise refuse(404, f"{len(unknown)} of {len(entries)} tests could not be matched: {', '.join(unknown[:10])}")
    return answer({"message": "Test run added"})


def _find_run(call: Call[World], project: Project) -> Run:
    run = call.world.runs.get(str(call.params["run_id"]))
    if run is None or run.project != project.slug:
        raise refuse(404, "Run not found")
    return run


def _add_pending_result(world: World, run: Run, entry: Fields, *, may_create: bool) -> None:
    world.pending_uploads.defer(run.id, lambda: run_deferred(world, run, entry, may_create=may_create))
    world.soon(SECONDS_TO_TAKE_IN, lambda: world.pending_uploads.run_deferred(run.id))


def _shared_run(world: World, project: Project, sent: Fields) -> Run | None:
    """The open shared run with this title."""
    if not boolean(sent, "shared_run"):
        return None
    for run in world.runs.values():
        is_open = run.is_shared and not run.is_over and run.shared_until is not None and world.now() < run.shared_until
        if is_open and run.project == project.slug and run.title == sent.get("title"):
            return run
    return None


def _validate(project: Project, sent: Fields) -> None:
    """Validate the fields of a run before any is stored."""
    choice(sent, "kind", KINDS, "automated")
    number(sent, "shared_run_timeout")
    number(sent, "shared_run_shards")
    profile = sent.get("ci")
    if isinstance(profile, dict) and profile.get("profile") not in {one["profile_name"] for one in project.ci_profiles}:
        raise refuse(422, "CI profile not found")


def _change(world: World, project: Project, run: Run, sent: Fields) -> None:
    """Set the fields that creating and changing a run share."""
    run.title = string(sent, "title") or run.title
    run.description = string(sent, "description") or run.description
    run.ci_build_url = string(sent, "ci_build_url") or run.ci_build_url
    env, label, jira_id = string(sent, "env"), string(sent, "label"), string(sent, "jira_id")
    if env is not None:
        run.env = [part.strip() for part in env.split(",") if part.strip()]
    for tag in strings(sent, "tags"):
        if tag.lstrip("@") not in run.tags:
            run.linked_tags.append(tag.lstrip("@"))
    if label:
        add_label(world, project.slug, run.labels, label)
    if jira_id:
        add_issue(world, project.slug, jira_id, "run", run.id)
    if group_title := string(sent, "group_title"):
        run.rungroup_id = _group(world, project.slug, group_title).id
    run.is_public = run.is_public or sent.get("access_event") == "publish"
    run.updated_at = world.now()


def _set_initial_fields(world: World, project: Project, run: Run, sent: Fields) -> None:
    """Set the fields of a new run only: kind, tests, sharing and start."""
    tests = _configured_tests(world, project.slug, sent)
    run.kind = choice(sent, "kind", KINDS, "automated")
    if run.kind == "detect":
        states = {"manual" if test.state == "manual" else "automated" for test in tests}
        run.kind = "mixed" if len(states) == 2 else next(iter(states), "automated")
    configuration = sent.get("configuration")
    run.configuration = dict(configuration) if isinstance(configuration, dict) else None
    add_pending_results(world, run, tests, {})
    if boolean(sent, "shared_run"):
        minutes = number(sent, "shared_run_timeout") or SHARED_MINUTES
        run.is_shared, run.shared_until = True, world.now() + timedelta(minutes=minutes)
        shards = number(sent, "shared_run_shards")
        world.pending_uploads.shards_of(run.id).expected = None if shards is None else int(shards)
    if sent.get("status") == "scheduled":
        run.status, run.launched_at = "scheduled", None
    if isinstance(sent.get("ci"), dict):
        launch(world, run)


def _configured_tests(world: World, slug: str, sent: Fields) -> list[Test]:
    """The tests in a configuration, by ID or by suite."""
    configuration = sent.get("configuration")
    if not isinstance(configuration, dict):
        return []
    test_ids = [without_prefix(one, "T") for one in strings(configuration, "tests")]
    return selected_tests(world, slug, test_ids, [without_prefix(one, "S") for one in strings(configuration, "suites")])


def _group(world: World, slug: str, title: str) -> Rungroup:
    """The group with this title, created if necessary."""
    for group in world.rungroups.values():
        if group.project == slug and group.title == title:
            return group
    group = Rungroup(world.new_id(), slug, title, world.now(), world.now())
    return world.rungroups.setdefault(group.id, group)


def _finish(world: World, run: Run, event: str, sent: Fields) -> None:
    """Finish a run or one shard of it; after a shard the run continues until the whole run is finished."""
    word, _, is_shard = event.partition("_")
    shards = world.pending_uploads.shards_of(run.id)
    shards.ended += 1
    is_awaited = run.is_shared and shards.expected is not None and shards.ended < shards.expected
    if is_shard or (is_awaited and not boolean(sent, "force_finish_shared_run")):
        return
    finish(world, run)
    if not world.results.of_run(run.id):
        run.status = (
            "failed" if number(sent, "failed_count") else "passed" if number(sent, "passed_count") else run.status
        )
    run.status = {"pass": "passed", "fail": "failed"}.get(word, run.status)


def _detach(world: World, run: Run) -> None:
    """Mark every automated test without a result in the run as detached."""
    reported = {result.test_id for result in world.results.of_run(run.id)}
    for test in world.tests.of(run.project):
        if test.state == "automated" and test.id not in reported:
            test.state, test.updated_at = "detached", world.now()


def _answer(call: Call[World], project: Project, run: Run) -> Response:
    """Answer with the run for its reporter, including credentials for the artifact store."""
    body_sent: dict[str, object] = {"uid": run.id, "url": run_url(call, run)}
    if run.is_public:
        body_sent["public_url"] = report_url(call, run)
    if project.artifacts_storage:
        body_sent["artifacts"] = {**project.storage, "ENDPOINT": call.origin, "BUCKET": BUCKET}
    if waiting := len(call.world.results.of_run(run.id)):
        body_sent["tests_count"] = waiting
    return answer(body_sent)
