"""Reporting: runs that a pipeline opens, fills and finishes with its project's token.

An answer comes before a result is taken in, which happens a moment later or when the run ends. Where the reference is
silent: results of unknown tests are told apart from the others of a batch, which are taken in, by a 404; a shared run
that named its number of shards ends with the last of them; a pipeline's profile that is not there is 422.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import wraps
from json import loads

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.testomatio.sandbox.access import reported_project
from tools.testomatio.sandbox.answers import answer, message, refuse
from tools.testomatio.sandbox.lifecycle import await_results, finish, launch
from tools.testomatio.sandbox.records import Project, Run, Rungroup, Test
from tools.testomatio.sandbox.reporter.artifact_store import BUCKET
from tools.testomatio.sandbox.reporter.ingestion import bare_id, matched, put_issue, put_label, take_in
from tools.testomatio.sandbox.requests import Fields, body, boolean, choice, number, objects, string, strings
from tools.testomatio.sandbox.v2.plans import chosen
from tools.testomatio.sandbox.web.pages import report_address, run_address
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

MOST_IN_A_BATCH = 100
SECONDS_TO_TAKE_IN = 2
SHARED_MINUTES = 20
KINDS = ("automated", "manual", "mixed", "detect")
EVENTS = ("pass", "fail", "finish", "pass_parallel", "fail_parallel", "finish_parallel")

Handler = Callable[[Call[World]], Awaitable[Response]]


def in_own_words(handler: Handler) -> Handler:
    """Word errors the way the reporting and importing APIs do: a sentence under `message`."""

    @wraps(handler)
    async def worded(call: Call[World]) -> Response:
        try:
            return await handler(call)
        except Respond as answered:
            told = loads(bytes(answered.response.body))
            return message(answered.response.status_code, told.get("error") or told.get("message"))

    return worded


@routes.post("/api/reporter")
@in_own_words
async def create_run(call: Call[World]) -> Response:
    """Open a run, or join the shared one of this title."""
    world, kept, sent = call.world, reported_project(call), body(call)
    run = _shared(world, kept, sent)
    if run is None:
        _check(kept, sent)
        title = string(sent, "title") or f"Automated tests at {world.now():%d %b %Y %H:%M}"
        run = Run(world.new_id(), kept.slug, title, world.now(), world.now(), launched_at=world.now())
        _change(world, kept, run, sent)
        _begin(world, kept, run, sent)
        world.runs[run.id] = run
    return _told(call, kept, run)


@routes.put("/api/reporter/{run_id}")
@in_own_words
async def update_run(call: Call[World]) -> Response:
    """Change a run, and end it when an event says so."""
    world, kept, sent = call.world, reported_project(call), body(call)
    run = _find(call, kept)
    event = choice(sent, "status_event", EVENTS, "")
    entries, seconds = objects(sent, "tests"), number(sent, "duration")
    _change(world, kept, run, sent)
    for entry in entries:
        _await(world, run, entry, may_create=boolean(sent, "create_tests") or boolean(entry, "create"))
    run.seconds = run.seconds if seconds is None else seconds
    if event or boolean(sent, "detach"):
        world.arrivals.take_in(run.id)
    if event:
        _end(world, run, event, sent)
    if boolean(sent, "detach"):
        _detach(world, run)
    return _told(call, kept, run)


@routes.post("/api/reporter/{run_id}/testrun")
@in_own_words
async def add_results(call: Call[World]) -> Response:
    """Receive a result or a batch of them; what becomes of them is not told."""
    world, kept, sent = call.world, reported_project(call), body(call)
    run = _find(call, kept)
    entries = objects(sent, "tests") if "tests" in sent else [sent]
    if len(entries) > MOST_IN_A_BATCH:
        raise refuse(422, f"A batch has at most {MOST_IN_A_BATCH} tests")
    unknown = []
    for entry in entries:
        may_create = boolean(entry, "create") or boolean(sent, "create")
        if may_create or matched(world, kept.slug, entry) is not None:
            _await(world, run, entry, may_create=may_create)
        else:
            unknown.append(str(entry.get("title") or entry.get("test_id") or "?"))
    if unknown:
        raise refuse(404, f"{len(unknown)} of {len(entries)} tests could not be matched: {', '.join(unknown[:10])}")
    return answer({"message": "Test run added"})


def _find(call: Call[World], kept: Project) -> Run:
    run = call.world.runs.get(str(call.params["run_id"]))
    if run is None or run.project != kept.slug:
        raise refuse(404, "Run not found")
    return run


def _await(world: World, run: Run, entry: Fields, *, may_create: bool) -> None:
    world.arrivals.wait(run.id, lambda: take_in(world, run, entry, may_create=may_create))
    world.soon(SECONDS_TO_TAKE_IN, lambda: world.arrivals.take_in(run.id))


def _shared(world: World, kept: Project, sent: Fields) -> Run | None:
    """The shared run of this title that can still be joined."""
    if not boolean(sent, "shared_run"):
        return None
    for run in world.runs.values():
        is_open = run.is_shared and not run.is_over and run.shared_until is not None and world.now() < run.shared_until
        if is_open and run.project == kept.slug and run.title == sent.get("title"):
            return run
    return None


def _check(kept: Project, sent: Fields) -> None:
    """Refuse what cannot become a run before anything of it is kept."""
    choice(sent, "kind", KINDS, "automated")
    number(sent, "shared_run_timeout")
    number(sent, "shared_run_shards")
    profile = sent.get("ci")
    if isinstance(profile, dict) and profile.get("profile") not in {one["profile_name"] for one in kept.ci_profiles}:
        raise refuse(422, "CI profile not found")


def _change(world: World, kept: Project, run: Run, sent: Fields) -> None:
    """What creating and changing a run have alike; fields that are not sent stay."""
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
        put_label(world, kept.slug, run.labels, label)
    if jira_id:
        put_issue(world, kept.slug, jira_id, "run", run.id)
    if group_title := string(sent, "group_title"):
        run.rungroup_id = _group(world, kept.slug, group_title).id
    run.is_public = run.is_public or sent.get("access_event") == "publish"
    run.updated_at = world.now()


def _begin(world: World, kept: Project, run: Run, sent: Fields) -> None:
    """What only a new run can be told: its kind, its tests, who may join, and when it starts."""
    tests = _configured(world, kept.slug, sent)
    run.kind = choice(sent, "kind", KINDS, "automated")
    if run.kind == "detect":
        states = {"manual" if test.state == "manual" else "automated" for test in tests}
        run.kind = "mixed" if len(states) == 2 else next(iter(states), "automated")
    configuration = sent.get("configuration")
    run.configuration = dict(configuration) if isinstance(configuration, dict) else None
    await_results(world, run, tests, {})
    if boolean(sent, "shared_run"):
        minutes = number(sent, "shared_run_timeout") or SHARED_MINUTES
        run.is_shared, run.shared_until = True, world.now() + timedelta(minutes=minutes)
        shards = number(sent, "shared_run_shards")
        world.arrivals.shards_of(run.id).expected = None if shards is None else int(shards)
    if sent.get("status") == "scheduled":
        run.status, run.launched_at = "scheduled", None
    if isinstance(sent.get("ci"), dict):
        launch(world, run)


def _configured(world: World, slug: str, sent: Fields) -> list[Test]:
    """The tests that a configuration names, by themselves or by the suites they are in."""
    configuration = sent.get("configuration")
    if not isinstance(configuration, dict):
        return []
    test_ids = [bare_id(one, "T") for one in strings(configuration, "tests")]
    return chosen(world, slug, test_ids, [bare_id(one, "S") for one in strings(configuration, "suites")])


def _group(world: World, slug: str, title: str) -> Rungroup:
    """The group of this title; it is made when there is none."""
    for group in world.rungroups.values():
        if group.project == slug and group.title == title:
            return group
    made = Rungroup(world.new_id(), slug, title, world.now(), world.now())
    return world.rungroups.setdefault(made.id, made)


def _end(world: World, run: Run, event: str, sent: Fields) -> None:
    """End a run, or one shard of it: after a shard the run goes on until somebody ends it as a whole."""
    word, _, is_shard = event.partition("_")
    shards = world.arrivals.shards_of(run.id)
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
    """Mark every automated test that the run has no result of as detached from its code."""
    reported = {result.test_id for result in world.results.of_run(run.id)}
    for test in world.tests.of(run.project):
        if test.state == "automated" and test.id not in reported:
            test.state, test.updated_at = "detached", world.now()


def _told(call: Call[World], kept: Project, run: Run) -> Response:
    """A run as its reporter is told of it, with credentials for the storage of its artifacts."""
    told: dict[str, object] = {"uid": run.id, "url": run_address(call, run)}
    if run.is_public:
        told["public_url"] = report_address(call, run)
    if kept.artifacts_storage:
        told["artifacts"] = {**kept.storage, "ENDPOINT": call.origin, "BUCKET": BUCKET}
    if waiting := len(call.world.results.of_run(run.id)):
        told["tests_count"] = waiting
    return answer(told)
