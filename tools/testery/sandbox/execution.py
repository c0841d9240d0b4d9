"""Execution: which tests a run has, how and when each of them ends, and the counts of a run at any time.

Everything is derived from the run, so it is computed on demand and is the same each time.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import heapify, heapreplace
from itertools import groupby
from math import inf
from random import Random

from tools.testery.sandbox.records import Case, Outcome, Run, Tally
from tools.testery.sandbox.story.faults import TIMEOUT, fault_of
from tools.testery.sandbox.story.scripted import scripted_run
from tools.testery.sandbox.world import World

DISCOVERY = timedelta(seconds=45)
"""How long a run takes to discover its tests; until then their number is unknown."""
RESULTS_A_RUN = 100_000
"""The range of result numbers for each run, so that every number is unique."""
REGEX = "Regex: "

Try = tuple[str, float, str | None, bool]
"""Status, seconds, fault, and whether it is the last try."""


def selected_cases(world: World, run: Run) -> list[Case]:
    """The tests that a run selects, in the order of the code."""
    order = run.order
    suite = world.suites.get(order.suite_id or 0)
    wanted = [tags for tags in (suite and suite.tags, order.include_tags) if tags]
    patterns = list(_patterns(order.filters))
    return [
        case
        for case in world.cases.get(run.project_id, ())
        if (case.since is None or case.since <= run.created_at)
        and (case.until is None or run.created_at < case.until)
        and all(not case.tags.isdisjoint(tags) for tags in wanted)
        and case.tags.isdisjoint(order.excluded_tags)
        and (not order.filters or any(pattern.search(f"{case.file} {case.name}") for pattern in patterns))
    ]


def _patterns(filters: tuple[str, ...]) -> Iterator[re.Pattern[str]]:
    for text in filters:
        try:
            yield re.compile(text.removeprefix(REGEX))
        except re.error:
            continue  # an invalid pattern matches nothing


def outcomes_of(world: World, run: Run) -> list[Outcome]:
    """Every try of every test, including those that have not happened."""
    if run.imported is not None:
        return run.imported
    cached = world.cached_outcomes.get(run.id)
    if cached is not None:
        return cached
    return world.cache_outcomes(run.id, [] if run.startup_error else _simulate(world, run))


def _simulate(world: World, run: Run) -> list[Outcome]:
    random, script, order = Random(run.id), scripted_run(run.id), run.order  # noqa: S311 - sample data, not a secret
    cases = selected_cases(world, run) * order.copies
    blocks = [list(block) for _, block in groupby(cases, lambda case: case.file)]
    lanes, found = [0.0] * order.runners, list[Outcome]()
    heapify(lanes)
    for block in blocks if order.by_file else ([case] for case in cases):
        at = lanes[0]
        for case in block:
            tries = script.tries(case) if script is not None else _tries(run, case, random)
            for status, seconds, fault, is_last in tries:
                number = run.id * RESULTS_A_RUN + len(found) + 1
                is_untimed = script is not None and case.name in script.without_duration
                duration = None if is_untimed else round(seconds * 1000)
                found.append(Outcome(number, case, status, duration, at, at + seconds, fault, is_last))
                at += seconds
        heapreplace(lanes, at)
    for fault, name in script.without_test if script is not None else ():
        number, end = run.id * RESULTS_A_RUN + len(found) + 1, max(lanes)
        found.append(Outcome(number, None, "FAIL", 1840, end, end + 1.84, fault, name=name))
    return found


def _tries(run: Run, case: Case, random: Random) -> list[Try]:
    """How a test ends in a run without a script; a retry is recorded only when it passes."""
    if case.is_ignored:
        return [("IGNORED", 0.0, None, True)]
    seconds, limit = case.seconds * random.uniform(0.8, 1.3), run.order.test_timeout_seconds
    fault, passes_on_retry = fault_of(run, case.project_id, case.name, random)
    if limit is not None and seconds > limit:
        return [("FAIL", float(limit), TIMEOUT, True)]
    if fault is None:
        return [("PASS", seconds, None, True)]
    if passes_on_retry and run.order.retry:
        return [("FAIL", seconds, fault, False), ("PASS", seconds * 0.9, None, True)]
    return [("FAIL", 30.0 if fault == TIMEOUT else seconds, fault, True)]


def run_length(found: list[Outcome]) -> timedelta:
    """How long a run's tests take on its runners."""
    return timedelta(seconds=max((outcome.ends for outcome in found), default=0.0))


def seconds_in(run: Run, now: datetime) -> float:
    """Seconds since a run discovered its tests; negative before that."""
    if run.started_at is None:
        return -inf
    if run.over_at is None or (run.state == "OVER" and not (run.is_canceled or run.is_stopped)):
        return inf  # it ran to completion
    return (min(now, run.over_at) - run.started_at - DISCOVERY).total_seconds()


def status_at(run: Run, outcome: Outcome, at: float) -> str:
    """The status of a result at a time."""
    if outcome.ends <= at or run.imported is not None:
        return outcome.status
    if run.state == "OVER":
        return "NOT_RUN"
    return "RUNNING" if outcome.starts <= at else "PENDING"


def current_results(world: World, run: Run) -> list[tuple[Outcome, str]]:
    """The results so far with their statuses; a try that is repeated is included when it has ended."""
    at = seconds_in(run, world.now())
    if at < 0 and run.imported is None:
        return []
    return [
        (outcome, status_at(run, outcome, at))
        for outcome in outcomes_of(world, run)
        if outcome.is_last_try or outcome.ends <= at
    ]


def tally_of(world: World, run: Run) -> Tally:
    """The counts of a run so far, with each test counted once; stored when the run is over."""
    if run.tally is not None:
        return run.tally
    found = [(outcome, status) for outcome, status in current_results(world, run)]
    last = [(outcome, status) for outcome, status in found if outcome.is_last_try]
    statuses = [status for _, status in last]
    failed = [outcome for outcome, status in last if status == "FAIL"]
    numbers = Tally(
        total=len(last),
        passed=statuses.count("PASS"),
        failed=len(failed),
        ignored=statuses.count("IGNORED"),
        not_run=statuses.count("NOT_RUN"),
        timed_out=sum(outcome.fault == TIMEOUT for outcome in failed),
        counting_failures=sum(outcome.case is None or not outcome.case.is_quarantined for outcome in failed),
        milliseconds=sum(o.duration or 0 for o, status in found if status in {"PASS", "FAIL"}),
        is_flaky=any(not outcome.is_last_try for outcome, _ in found),
    )
    if run.state == "OVER":
        run.tally = numbers
    return numbers
