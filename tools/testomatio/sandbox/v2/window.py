"""Window: the results in a request for analytics, by tests, period and environment."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from tools.kit.sandbox.routes import Call
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import invalid
from tools.testomatio.sandbox.query.fields import pick_tests
from tools.testomatio.sandbox.records import Run, Test, Testrun
from tools.testomatio.sandbox.requests import query_list
from tools.testomatio.sandbox.v2.scope import require_feature
from tools.testomatio.sandbox.world import World

MOST_DAYS = 36_500


@dataclass
class Window:
    """The matching tests, each with its finished results in the window, oldest first."""

    tests: list[Test]
    since: datetime | None
    until: datetime
    runs: dict[str, Run]
    results: dict[str, list[Testrun]] = field(default_factory=dict)

    def all_results(self) -> Iterator[Testrun]:
        """All results in the window, including those of deleted tests."""
        return (result for results in self.results.values() for result in results)

    def days(self) -> list[date]:
        """All days of the window, from the first result if it has no start."""
        start = self.since or min(
            (one.finished_at for one in self.all_results() if one.finished_at), default=self.until
        )
        last = (self.until - timedelta(microseconds=1)).astimezone(UTC).date()
        first = start.astimezone(UTC).date()
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def window_of(call: Call[World]) -> Window:
    """The window of a request.

    Raises:
        Respond: 403 when the plan has no analytics, 422 for an invalid query, date or environment.
    """
    require_feature(call, "api_analytics", is_off=call.world.switches.without_analytics)
    world, own = call.world, project(call)
    since, until = _dates(call)
    environments = set(query_list(call, "envs"))
    if environments - set(own.environments):
        raise invalid("Unknown environments", known_environments=own.environments)
    tests = list(world.tests.of(own.slug))
    query = call.last("q")
    if query:
        tests = pick_tests(world, query, tests)
    runs = {
        run.id: run
        for run in world.runs.values()
        if run.project == own.slug and run.branch is None and (not environments or environments & set(run.env))
    }
    if run_id := call.last("run"):
        runs = {run_id: runs[run_id]} if run_id in runs else {}
    window = Window(tests, since, until, runs)
    selected_ids = {test.id for test in tests} if query else None
    for run in runs.values():
        for result in world.results.of_run(run.id):
            at, key = result.finished_at, result.test_id or ""
            if (
                at is not None
                and (since is None or since <= at)
                and at < until
                and (selected_ids is None or key in selected_ids)
            ):
                window.results.setdefault(key, []).append(result)
    for results in window.results.values():
        results.sort(key=lambda one: (one.finished_at or until, one.id))
    return window


def _dates(call: Call[World]) -> tuple[datetime | None, datetime]:
    """Start and end; dates are whole days, and override `days`."""
    now = call.world.now()
    days = query_number(call, "days", None, least=1, most=MOST_DAYS)
    first, last = _day(call, "from"), _day(call, "to")
    if first is None and last is None:
        return (None if days is None else now - timedelta(days=days)), now + timedelta(seconds=1)
    return first, now + timedelta(seconds=1) if last is None else last + timedelta(days=1)


def _day(call: Call[World], name: str) -> datetime | None:
    text = call.last(name)
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise invalid(f"{name} is a date such as 2026-04-01") from error


def query_number(
    call: Call[World], name: str, default: float | None, *, least: float, most: float | None = None
) -> float | None:
    """A number from the query.

    Raises:
        Respond: 422 for anything else, and for a number outside its bounds.
    """
    text = call.last(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError as error:
        raise invalid(f"{name} is not a number") from error
    if not least <= value <= (math.inf if most is None else most):
        raise invalid(f"{name} must be at least {least:g}" + ("" if most is None else f" and at most {most:g}"))
    return value
