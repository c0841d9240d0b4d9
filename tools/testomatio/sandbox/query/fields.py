"""Fields: the fields of tests and runs in queries."""

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
class TestResults:
    """A test with its finished results, oldest first."""

    world: World
    test: Test
    branch: str | None
    results: list[Testrun]


@dataclass(frozen=True)
class RunResults:
    """A run with its results."""

    world: World
    run: Run
    results: list[Testrun]


def pick_tests(world: World, query: str, tests: Iterable[Test], branch: str | None = None) -> list[Test]:
    """The tests that match a query.

    Raises:
        Respond: 422 with the reason when the query is invalid.
    """
    try:
        matcher = Matcher(query, _TEST, _TEST_FLAGS, world.now(), together=_each_result, joined=_JOINED)
    except BadQuery as error:
        raise invalid(f"TQL: {error}") from error
    entries = [TestResults(world, test, branch, finished_results(world, test)) for test in tests]
    return [entry.test for entry in matcher.pick(entries)]


def pick_runs(world: World, query: str, runs: Iterable[Run]) -> list[Run]:
    """The runs that match a query.

    Raises:
        Respond: 422 with the reason when the query is invalid.
    """
    try:
        matcher = Matcher(query, _RUN, _RUN_FLAGS, world.now())
    except BadQuery as error:
        raise invalid(f"TQL: {error}") from error
    entries = [RunResults(world, run, world.results.of_run(run.id)) for run in runs]
    return [entry.run for entry in matcher.pick(entries)]


def finished_results(world: World, test: Test) -> list[Testrun]:
    """A test's finished results, oldest first."""
    done = [
        (entry.finished_at, entry.id, entry)
        for entry in world.results.of_test(test.id)
        if entry.finished_at is not None
    ]
    return [entry for _, _, entry in sorted(done)]


def run_seconds(run: Run) -> float:
    """How long a run took; 0 while it is not finished."""
    if run.seconds is not None:
        return run.seconds
    if run.launched_at is None or run.finished_at is None:
        return 0.0
    return (run.finished_at - run.launched_at).total_seconds()


# Tests


def _each_result(entry: TestResults) -> list[TestResults]:
    return [TestResults(entry.world, entry.test, entry.branch, [result]) for result in entry.results]


def _names(world: World, *emails: str | None) -> list[object]:
    """Display names and e-mail addresses of people."""
    people = [world.user(email) for email in emails]
    return [name for person in people if person is not None for name in (person.name, person.email)]


def _states(entry: TestResults) -> list[object]:
    return [entry.test.state, "unsync" if entry.test.sync is False else "sync"]


def _suites(entry: TestResults) -> list[object]:
    """Title and ID of the suite and all folders above it."""
    values: list[object] = []
    suite = entry.world.suites.get(entry.test.suite_id, entry.branch)
    while suite is not None and suite.id not in values:
        values += [suite.title, suite.id]
        suite = entry.world.suites.get(suite.parent_id or "", entry.branch)
    return values


def _issues(entry: TestResults) -> list[object]:
    links = entry.world.links_of("test", entry.test.id)
    return [name for link in links for name in (link.url, link.jira_id, link.title)]


def _jira(world: World, kind: str, number: str) -> list[object]:
    return [link.jira_id for link in world.links_of(kind, number)]


def _milestones(world: World, slugs: Iterable[str]) -> list[object]:
    return [name for slug in slugs for name in (slug, world.milestones[slug].title)]


_JOINED = frozenset({"executed_by", "executed_at"})
_TEST: dict[str, Field[TestResults]] = {
    "tag": Field("text", lambda entry: [*entry.test.tags, *(f"@{tag}" for tag in entry.test.tags)]),
    "label": Field("text", lambda entry: labelling.label_names(entry.world, entry.test.labels)),
    "priority": Field("priority", lambda entry: [PRIORITIES.index(entry.test.priority)]),
    "issue": Field("text", _issues),
    "jira": Field("text", lambda entry: _jira(entry.world, "test", entry.test.id)),
    "state": Field("text", _states),
    "status": Field("text", lambda entry: [last.status for last in entry.results[-1:]]),
    "custom_status": Field("contains", lambda entry: [result.substatus for result in entry.results]),
    "created_at": Field("date", lambda entry: [entry.test.created_at]),
    "updated_at": Field("date", lambda entry: [entry.test.updated_at]),
    "last_run_at": Field("date", lambda entry: [last.finished_at for last in entry.results[-1:]]),
    "executed_at": Field("date", lambda entry: [result.finished_at for result in entry.results]),
    "executed_by": Field("text", lambda entry: _names(entry.world, *(result.executed_by for result in entry.results))),
    "created_by": Field("text", lambda entry: _names(entry.world, entry.test.created_by)),
    "assigned_to": Field("text", lambda entry: _names(entry.world, entry.test.assigned_to)),
    "suite": Field("first", _suites),
    "test": Field("contains", lambda entry: [entry.test.title, bare(entry.test.title), entry.test.id]),
    "title": Field("contains", lambda entry: [entry.test.title, bare(entry.test.title)]),
    "milestone": Field("text", lambda entry: _milestones(entry.world, entry.test.milestones)),
}
_TEST_FLAGS: dict[str, Callable[[TestResults], bool]] = {"shared": lambda entry: entry.test.shared_from is not None}


# Runs


def _tests(entry: RunResults) -> list[Test]:
    found = (entry.world.tests.get(result.test_id, entry.run.branch) for result in entry.results if result.test_id)
    return [test for test in found if test is not None]


def _rungroups(entry: RunResults) -> list[object]:
    """Title and ID of the group and all groups above it."""
    values: list[object] = []
    at = entry.run.rungroup_id
    while at is not None and (group := entry.world.rungroups.get(at)) is not None:
        values += [group.title, group.id]
        at = group.parent_id
    return values


def _plans(entry: RunResults) -> list[object]:
    plans = [entry.world.plans[plan_id] for plan_id in entry.run.plan_ids]
    return [name for plan in plans for name in (plan.title, plan.id)]


def _defects(entry: RunResults) -> list[object]:
    links = list(entry.world.links_of("run", entry.run.id))
    for result in entry.results:
        links += entry.world.links_of("testrun", result.id)
    return [name for link in links for name in (link.url, link.jira_id)]


def _count(status: str) -> Callable[[RunResults], list[object]]:
    return lambda entry: [lifecycle.last_statuses(entry.results).count(status)]


def _at(name: str) -> Callable[[RunResults], list[datetime | None]]:
    return lambda entry: [getattr(entry.run, name)]


def _has_suites(entry: RunResults) -> list[object]:
    return [*(result.suite_title for result in entry.results), *(test.suite_id for test in _tests(entry))]


def _test_labels(entry: RunResults) -> set[str]:
    return {title for test in _tests(entry) for title in labelling.label_names(entry.world, test.labels)}


_RUN: dict[str, Field[RunResults]] = {
    "title": Field("contains", lambda entry: [entry.run.title, bare(entry.run.title)]),
    "plan": Field("contains", _plans),
    "rungroup": Field("contains", _rungroups),
    "env": Field("text", lambda entry: entry.run.env),
    "tag": Field("text", lambda entry: [*entry.run.tags, *(f"@{tag}" for tag in entry.run.tags)]),
    "label": Field("text", lambda entry: labelling.label_names(entry.world, entry.run.labels)),
    "jira": Field("text", lambda entry: _jira(entry.world, "run", entry.run.id)),
    "duration": Field("seconds", lambda entry: [run_seconds(entry.run)]),
    "passed_count": Field("number", _count("passed")),
    "failed_count": Field("number", _count("failed")),
    "skipped_count": Field("number", _count("skipped")),
    "has_test": Field("contains", lambda entry: [w for r in entry.results for w in (r.title, r.test_id)]),
    "has_test_tag": Field("text", lambda entry: [tag for test in _tests(entry) for tag in test.tags]),
    "has_test_label": Field("text", _test_labels),
    "has_suite": Field("first", _has_suites),
    "has_message": Field("contains", lambda entry: [result.message for result in entry.results]),
    "has_custom_status": Field("text", lambda entry: [result.substatus for result in entry.results]),
    "has_assigned_to": Field(
        "text", lambda entry: _names(entry.world, *(result.assigned_to for result in entry.results))
    ),
    "has_retries": Field("number", lambda entry: [result.retries for result in entry.results]),
    "has_test_duration": Field(
        "seconds", lambda entry: [(result.milliseconds or 0) / 1000 for result in entry.results]
    ),
    "has_priority": Field("priority", lambda entry: [PRIORITIES.index(test.priority) for test in _tests(entry)]),
    "has_defect": Field("text", _defects),
    "created_at": Field("date", _at("created_at")),
    "updated_at": Field("date", _at("updated_at")),
    "launched_at": Field("date", _at("launched_at")),
    "finished_at": Field("date", _at("finished_at")),
    "milestone": Field("text", lambda entry: _milestones(entry.world, entry.run.milestones)),
}
_RUN_FLAGS: dict[str, Callable[[RunResults], bool]] = {
    "automated": lambda entry: entry.run.kind == "automated",
    "manual": lambda entry: entry.run.kind == "manual",
    "mixed": lambda entry: entry.run.kind == "mixed",
    "finished": lambda entry: entry.run.is_over,
    "unfinished": lambda entry: not entry.run.is_over,
    "passed": lambda entry: entry.run.status == "passed",
    "failed": lambda entry: entry.run.status == "failed",
    "terminated": lambda entry: entry.run.status == "terminated",
    "published": lambda entry: entry.run.is_public,
    "private": lambda entry: entry.run.is_private,
    "archived": lambda entry: entry.run.archived_at is not None,
    "unarchived": lambda entry: entry.run.archived_at is None,
    "with_defect": lambda entry: bool(_defects(entry)),
}
