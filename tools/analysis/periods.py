"""What changed since a release or a date: bugs, tests and errors, beside the same length of time before."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import Field

from tools.analysis.bug_numbers import Numbers, numbers_of
from tools.analysis.clusters import Failed, FailureCluster, cluster_of, failures_of, headline, newest_of_kind
from tools.analysis.reading import (
    MOST_LISTED,
    TestedRun,
    also_missing,
    coverage_of,
    is_after,
    read_reports,
    read_results,
)
from tools.analysis.series import Series, series_of
from tools.kit.errors import NotFound, Refused
from tools.kit.evidence import BugReport
from tools.kit.failure_groups import NO_WORDS, Group, first_words, group_failures
from tools.kit.history import Outcome
from tools.kit.model import Answer
from tools.kit.page import Coverage
from tools.kit.platform import Platform
from tools.kit.survey import Query, RunRow
from tools.kit.text import Key, Untrusted, quote, word
from tools.kit.toolset import Progress, Toolset
from tools.kit.vocabulary import Severity
from tools.kit.when import Until, When, parse_timestamp
from tools.view import Platforms, Source, View, query_platforms, resolve_time

tool = Toolset(View)

RUNS: Final = 10
"""The newest runs of each platform in each period that are read."""
MOST: Final = 5
"""Tests, errors and values of each list; the rest is counted."""
TITLE: Final = 100
NAMED: Final = 2
"""Tests that a new error names."""
SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "high", "medium", "low", "unknown")
RULE: Final = (
    "before is the same length of time up to the split. A test is newly failing whose last result before it passed and "
    "whose last result after it failed; fixed is the reverse; a new error has no result before, a gone one none after, "
    "among the runs that were read."
)


class Period(Answer):
    """What was read of one of the two periods."""

    since: Key
    until: Key
    runs: int = Field(description="Runs with results that were read.")
    tests: int
    passed: int = Field(description="Tests whose last result passed.")
    failed: int
    pass_rate: float | None = None
    bugs: Numbers
    bugs_by_severity: dict[str, int]


class ChangedTest(Answer):
    """A test whose result changed."""

    platform: Key
    test_id: Key | None = None
    title: Untrusted | None = None
    run_id: Key = Field(description="Of its last result.")
    error: Untrusted | None = None


class FeatureBugs(Answer):
    """Bugs of one feature in both periods."""

    feature: Untrusted
    before: int
    after: int


class Comparison(Answer):
    """What changed between two periods."""

    split: str = Field(description="Where they meet, and why there.")
    before: Period
    after: Period
    newly_failing: list[ChangedTest] = Field(default_factory=list)
    more_newly_failing: int | None = None
    fixed: list[ChangedTest] = Field(default_factory=list)
    more_fixed: int | None = None
    new_errors: list[FailureCluster] = Field(default_factory=list)
    more_new_errors: int | None = None
    gone_errors: int = Field(description="Errors of before that were not seen after.")
    features: list[FeatureBugs] = Field(default_factory=list, description="Those that changed most.")
    rule: str
    coverage: Coverage
    note: str | None = None
    sources: list[Source]


@dataclass(frozen=True)
class _Split:
    """Where two periods meet."""

    began: datetime
    at: datetime
    ended: datetime
    why: str


@tool.reads(full_text_in="get_run")
async def compare_periods(
    view: View,
    progress: Progress,
    version: Annotated[str | None, Field(max_length=100, description="Since the last run of this release.")] = None,
    since: When = None,
    until: Until = None,
    platforms: Platforms = None,
) -> Comparison:
    """What changed since the last release or a date? New and fixed failures, new errors, bugs, against before."""
    if not (version or since):
        raise Refused("Give version, as in the titles of the release's runs, or since, a time.")
    chosen = view.chosen(platforms)
    time = await resolve_time(view, chosen, since, until)
    # To the minute, as ages are resolved, so that the same call a moment later compares the same.
    now = (await view.clock(chosen).clock()).replace(second=0, microsecond=0)
    ended = min(time.until or now, now)
    at, why = (
        (time.since, f"since {since}")
        if time.since and not version
        else await _end_of(view, chosen, version, time.since, progress)
    )
    if at is None or at >= ended:
        raise Refused("The split lies after the end. Give an earlier since, or a later until.")
    split = _Split(at - (ended - at), at, ended, why)
    query = Query(since=split.began, until=split.ended, limit=MOST_LISTED)
    tested_in, tested = await read_results(view, chosen, query, progress, runs=RUNS, split=at)
    reported_in, reports = await read_reports(view, chosen, query, progress)
    sources = [_joined(*pair) for pair in zip(tested_in, reported_in, strict=True)]
    before = [one for one in tested if not is_after(one.run, at)]
    after = [one for one in tested if is_after(one.run, at)]
    old = [report for report in reports if not _is_reported_after(report, at)]
    new = [report for report in reports if _is_reported_after(report, at)]
    comparison = Comparison(
        split=f"{_minute(at)}, {why}",
        before=_period(split.began, at, before, old),
        after=_period(at, ended, after, new),
        gone_errors=0,
        features=_features(old, new),
        rule=RULE,
        coverage=coverage_of(sources, loaded=len(tested) + len(reports), matched=len(tested) + len(reports)),
        note=time.note,
        sources=sources,
    )
    _add_tests(comparison, before, after)
    _add_errors(comparison, before, after)
    return comparison


async def _end_of(
    view: View, platforms: list[Platform], version: str | None, since: datetime | None, progress: Progress
) -> tuple[datetime, str]:
    """When the last run of a release ended, of those since a time; where that is not known, when it began.

    Raises:
        NotFound: when no run has it in its title.
    """
    query = Query(since=since, text=version, limit=MOST_LISTED, whole_numbers=True)
    answers = await query_platforms(view, platforms, lambda survey, api: survey.runs(api, query), progress)
    times = [(at, row) for _, rows in answers for row in rows if (at := _end(row)) is not None]
    if not times:
        raise NotFound(
            f"No run has {quote(version, at_most=80)} in its title. Numbers match whole: 9.0 does not match 9.0.1. "
            f"across_list_runs shows titles; since takes a date.{also_missing([source for source, _ in answers])}",
            status=404,
        )
    at, row = max(times, key=lambda one: one[0])
    return at, f"the end of run {word(row.run_id)} of {word(row.platform)}, the last of {version}"


def _end(row: RunRow) -> datetime | None:
    return parse_timestamp(row.ended_at) or parse_timestamp(row.started_at)


def _is_reported_after(report: BugReport, at: datetime) -> bool:
    reported = parse_timestamp(report.reported_at)
    return reported is not None and reported >= at


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def _joined(tested: Source, reported: Source) -> Source:
    """What one platform provided of both kinds; having nothing of one kind is nothing that is missing."""
    parts = [part for part in (tested, reported) if not part.complete]
    why = "; ".join(dict.fromkeys(part.why for part in parts if part.why)) or None
    return tested.model_copy(
        update={"rows": tested.rows + reported.rows, "complete": not parts, "why": why, "title": tested.title}
    )


def _period(since: datetime, until: datetime, tested: Sequence[TestedRun], reports: Sequence[BugReport]) -> Period:
    last = [outcome.status for outcome in _last_of(series_of(tested)).values()]
    passed, failed = last.count("passed"), sum(status in {"failed", "blocked"} for status in last)
    severities = Counter(report.severity for report in reports)
    return Period(
        since=_minute(since),
        until=_minute(until),
        runs=len(tested),
        tests=len(last),
        passed=passed,
        failed=failed,
        pass_rate=round(passed / (passed + failed), 3) if passed + failed else None,
        bugs=numbers_of(reports),
        bugs_by_severity={severity: severities[severity] for severity in SEVERITIES if severities[severity]},
    )


Test = tuple[str, str, str, str]


def _test(series: Series) -> Test:
    return series.platform, series.where, series.test_id or series.place, series.title.casefold()


def _last_of(series: Iterable[Series]) -> dict[Test, Outcome]:
    """The last finished result of each test."""
    finished = {"passed", "failed", "blocked"}
    last = {_test(one): next((o for o in one.outcomes if o.status in finished), None) for one in series}
    return {test: outcome for test, outcome in last.items() if outcome is not None}


def _add_tests(comparison: Comparison, before: Sequence[TestedRun], after: Sequence[TestedRun]) -> None:
    """Add the tests whose last results differ."""
    newer = {_test(one): one for one in series_of(after)}
    then, now = _last_of(series_of(before)), _last_of(newer.values())
    both = sorted(then.keys() & now.keys())
    failing = [test for test in both if now[test].is_failure and not then[test].is_failure]
    fixed = [test for test in both if then[test].is_failure and not now[test].is_failure]
    comparison.newly_failing = [_changed(newer[test], now[test]) for test in failing[:MOST]]
    comparison.fixed = [_changed(newer[test], now[test]) for test in fixed[:MOST]]
    comparison.more_newly_failing = max(0, len(failing) - MOST) or None
    comparison.more_fixed = max(0, len(fixed) - MOST) or None


def _changed(series: Series, outcome: Outcome) -> ChangedTest:
    return ChangedTest(
        platform=series.platform,
        test_id=series.test_id,
        title=first_words(series.title, TITLE) or None,
        run_id=outcome.run_id,
        error=outcome.error if outcome.is_failure else None,
    )


def _add_errors(comparison: Comparison, before: Sequence[TestedRun], after: Sequence[TestedRun]) -> None:
    """Add the errors that only one of the periods has; failures without an error have no such name."""
    old, new = _errors(before), _errors(after)
    only_new = sorted((group for key, group in new.items() if key not in old), key=lambda one: -len(one.members))
    newest = newest_of_kind(after)
    comparison.new_errors = [cluster_of(group, newest, named=NAMED) for group in only_new[:MOST]]
    comparison.more_new_errors = max(0, len(only_new) - MOST) or None
    comparison.gone_errors = len(old.keys() - new.keys())


def _errors(tested: Sequence[TestedRun]) -> dict[str, Group[Failed]]:
    groups = group_failures(failures_of(tested), headline)
    return {group.key: group for group in groups if group.key != NO_WORDS}


def _features(old: Iterable[BugReport], new: Iterable[BugReport]) -> list[FeatureBugs]:
    """The features whose number of bugs changed most."""
    before, after = (Counter(report.feature for report in some if report.feature) for some in (old, new))
    changed = sorted(before.keys() | after.keys(), key=lambda name: (-abs(after[name] - before[name]), name))
    rows = [FeatureBugs(feature=name, before=before[name], after=after[name]) for name in changed]
    return [row for row in rows if row.before != row.after][:MOST]
