"""Querying: the fields that a query may ask of tests and of runs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from tools.testomatio.sandbox import labelling, lifecycle
from tools.testomatio.sandbox.answers import invalid
from tools.testomatio.sandbox.query.matching import PRIORITIES, Field, Matcher
from tools.testomatio.sandbox.query.tql import BadQuery
from tools.testomatio.sandbox.records import Run, Test, Testrun, bare
from tools.testomatio.sandbox.world import World


@dataclass(frozen=True)
class Tried:
    """A test with the results that a query looks at, oldest first and none pending."""

    world: World
    test: Test
    branch: str | None
    results: list[Testrun]


@dataclass(frozen=True)
class Held:
    """A run with its results."""

    world: World
    run: Run
    results: list[Testrun]


def pick_tests(world: World, query: str, tests: Iterable[Test], branch: str | None = None) -> list[Test]:
    """The tests that fit a query.

    Raises:
        Respond: 422 with the reason when the query cannot be read.
    """
    try:
        matcher = Matcher(query, _TEST, _TEST_FLAGS, world.now(), together=_one_by_one, joined=_JOINED)
    except BadQuery as error:
        raise invalid(f"TQL: {error}") from error
    seen = [Tried(world, test, branch, finished(world, test)) for test in tests]
    return [one.test for one in matcher.pick(seen)]


def pick_runs(world: World, query: str, runs: Iterable[Run]) -> list[Run]:
    """The runs that fit a query.

    Raises:
        Respond: 422 with the reason when the query cannot be read.
    """
    try:
        matcher = Matcher(query, _RUN, _RUN_FLAGS, world.now())
    except BadQuery as error:
        raise invalid(f"TQL: {error}") from error
    seen = [Held(world, run, world.results.of_run(run.id)) for run in runs]
    return [one.run for one in matcher.pick(seen)]


def finished(world: World, test: Test) -> list[Testrun]:
    """A test's results that are not pending, oldest first."""
    done = [(one.finished_at, one.id, one) for one in world.results.of_test(test.id) if one.finished_at is not None]
    return [one for _, _, one in sorted(done)]


def seconds(run: Run) -> float:
    """How long a run took; 0 while it is not finished."""
    if run.seconds is not None:
        return run.seconds
    if run.launched_at is None or run.finished_at is None:
        return 0.0
    return (run.finished_at - run.launched_at).total_seconds()


# Tests


def _one_by_one(seen: Tried) -> list[Tried]:
    return [Tried(seen.world, seen.test, seen.branch, [result]) for result in seen.results]


def _last(seen: Tried) -> Testrun | None:
    return seen.results[-1] if seen.results else None


def _last_status(seen: Tried) -> list[object]:
    last = _last(seen)
    return [] if last is None else [last.status]


def _last_run_at(seen: Tried) -> list[object]:
    last = _last(seen)
    return [] if last is None else [last.finished_at]


def _names(world: World, *emails: str | None) -> list[object]:
    """People by their display names; their addresses do as well."""
    people = [world.user(email) for email in emails]
    return [word for person in people if person is not None for word in (person.name, person.email)]


def _states(seen: Tried) -> list[object]:
    return [seen.test.state, "unsync" if seen.test.sync is False else "sync"]


def _suites(seen: Tried) -> list[object]:
    """Title and id of the suite and of every folder around it."""
    told: list[object] = []
    suite = seen.world.suites.get(seen.test.suite_id, seen.branch)
    while suite is not None and suite.id not in told:
        told += [suite.title, suite.id]
        suite = seen.world.suites.get(suite.parent_id or "", seen.branch)
    return told


def _issues(seen: Tried) -> list[object]:
    links = seen.world.links_of("test", seen.test.id)
    return [word for link in links for word in (link.url, link.jira_id, link.title)]


def _jira(world: World, kind: str, number: str) -> list[object]:
    return [link.jira_id for link in world.links_of(kind, number)]


def _milestones(world: World, slugs: Iterable[str]) -> list[object]:
    return [word for slug in slugs for word in (slug, world.milestones[slug].title)]


_JOINED = frozenset({"executed_by", "executed_at"})
_TEST: dict[str, Field[Tried]] = {
    "tag": Field("text", lambda one: [*one.test.tags, *(f"@{tag}" for tag in one.test.tags)]),
    "label": Field("text", lambda one: labelling.titles(one.world, one.test.labels)),
    "priority": Field("priority", lambda one: [PRIORITIES.index(one.test.priority)]),
    "issue": Field("text", _issues),
    "jira": Field("text", lambda one: _jira(one.world, "test", one.test.id)),
    "state": Field("text", _states),
    "status": Field("text", _last_status),
    "custom_status": Field("contains", lambda one: [result.substatus for result in one.results]),
    "created_at": Field("date", lambda one: [one.test.created_at]),
    "updated_at": Field("date", lambda one: [one.test.updated_at]),
    "last_run_at": Field("date", _last_run_at),
    "executed_at": Field("date", lambda one: [result.finished_at for result in one.results]),
    "executed_by": Field("text", lambda one: _names(one.world, *(result.executed_by for result in one.results))),
    "created_by": Field("text", lambda one: _names(one.world, one.test.created_by)),
    "assigned_to": Field("text", lambda one: _names(one.world, one.test.assigned_to)),
    "suite": Field("first", _suites),
    "test": Field("contains", lambda one: [one.test.title, bare(one.test.title), one.test.id]),
    "title": Field("contains", lambda one: [one.test.title, bare(one.test.title)]),
    "milestone": Field("text", lambda one: _milestones(one.world, one.test.milestones)),
}
_TEST_FLAGS: dict[str, Callable[[Tried], bool]] = {"shared": lambda one: one.test.shared_from is not None}


# Runs


def _tests(held: Held) -> list[Test]:
    found = (held.world.tests.get(result.test_id, held.run.branch) for result in held.results if result.test_id)
    return [test for test in found if test is not None]


def _rungroups(held: Held) -> list[object]:
    """Title and id of the group and of every group around it."""
    told: list[object] = []
    at = held.run.rungroup_id
    while at is not None and (group := held.world.rungroups.get(at)) is not None:
        told += [group.title, group.id]
        at = group.parent_id
    return told


def _plans(held: Held) -> list[object]:
    plans = [held.world.plans[plan_id] for plan_id in held.run.plan_ids]
    return [word for plan in plans for word in (plan.title, plan.id)]


def _defects(held: Held) -> list[object]:
    links = list(held.world.links_of("run", held.run.id))
    for result in held.results:
        links += held.world.links_of("testrun", result.id)
    return [word for link in links for word in (link.url, link.jira_id)]


def _count(status: str) -> Callable[[Held], list[object]]:
    return lambda held: [lifecycle.last_statuses(held.results).count(status)]


def _at(name: str) -> Callable[[Held], list[datetime | None]]:
    return lambda held: [getattr(held.run, name)]


def _has_suites(held: Held) -> list[object]:
    return [*(result.suite_title for result in held.results), *(test.suite_id for test in _tests(held))]


def _test_labels(held: Held) -> set[str]:
    return {title for test in _tests(held) for title in labelling.titles(held.world, test.labels)}


_RUN: dict[str, Field[Held]] = {
    "title": Field("contains", lambda one: [one.run.title, bare(one.run.title)]),
    "plan": Field("contains", _plans),
    "rungroup": Field("contains", _rungroups),
    "env": Field("text", lambda one: one.run.env),
    "tag": Field("text", lambda one: [*one.run.tags, *(f"@{tag}" for tag in one.run.tags)]),
    "label": Field("text", lambda one: labelling.titles(one.world, one.run.labels)),
    "jira": Field("text", lambda one: _jira(one.world, "run", one.run.id)),
    "duration": Field("seconds", lambda one: [seconds(one.run)]),
    "passed_count": Field("number", _count("passed")),
    "failed_count": Field("number", _count("failed")),
    "skipped_count": Field("number", _count("skipped")),
    "has_test": Field("contains", lambda one: [w for r in one.results for w in (r.title, r.test_id)]),
    "has_test_tag": Field("text", lambda one: [tag for test in _tests(one) for tag in test.tags]),
    "has_test_label": Field("text", _test_labels),
    "has_suite": Field("first", _has_suites),
    "has_message": Field("contains", lambda one: [result.message for result in one.results]),
    "has_custom_status": Field("text", lambda one: [result.substatus for result in one.results]),
    "has_assigned_to": Field("text", lambda one: _names(one.world, *(result.assigned_to for result in one.results))),
    "has_retries": Field("number", lambda one: [result.retries for result in one.results]),
    "has_test_duration": Field("seconds", lambda one: [(result.milliseconds or 0) / 1000 for result in one.results]),
    "has_priority": Field("priority", lambda one: [PRIORITIES.index(test.priority) for test in _tests(one)]),
    "has_defect": Field("text", _defects),
    "created_at": Field("date", _at("created_at")),
    "updated_at": Field("date", _at("updated_at")),
    "launched_at": Field("date", _at("launched_at")),
    "finished_at": Field("date", _at("finished_at")),
    "milestone": Field("text", lambda one: _milestones(one.world, one.run.milestones)),
}
_RUN_FLAGS: dict[str, Callable[[Held], bool]] = {
    "automated": lambda one: one.run.kind == "automated",
    "manual": lambda one: one.run.kind == "manual",
    "mixed": lambda one: one.run.kind == "mixed",
    "finished": lambda one: one.run.is_over,
    "unfinished": lambda one: not one.run.is_over,
    "passed": lambda one: one.run.status == "passed",
    "failed": lambda one: one.run.status == "failed",
    "terminated": lambda one: one.run.status == "terminated",
    "published": lambda one: one.run.is_public,
    "private": lambda one: one.run.is_private,
    "archived": lambda one: one.run.archived_at is not None,
    "unarchived": lambda one: one.run.archived_at is None,
    "with_defect": lambda one: bool(_defects(one)),
}
