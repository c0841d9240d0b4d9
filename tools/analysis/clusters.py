"""Failures in common: the same error over runs and platforms, since when, and where."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from zlib import crc32

from pydantic import Field

from tools.analysis.reading import MOST_LISTED, Runs, TestedRun, coverage_of, read_results
from tools.kit.evidence import TestResult
from tools.kit.failure_groups import NO_WORDS, Group, first_words, group_failures, plain_text
from tools.kit.model import Answer
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.rows import minute
from tools.kit.survey import Query, RunRow
from tools.kit.text import Key, Untrusted
from tools.kit.toolset import Progress, Toolset
from tools.kit.when import When, milliseconds
from tools.view import Platforms, Source, View, resolve_time

tool = Toolset(View)

NAMED: Final = 5
"""Tests that a cluster names."""
ERROR: Final = 240
TITLE: Final = 100
_EXCEPTION: Final = re.compile(r"^(?:[A-Za-z_][\w.]*)?(?:Error|Exception|Failure):\s*")


@dataclass(frozen=True, slots=True)
class Failed:
    """A failed result with its run."""

    run: RunRow
    result: TestResult

    @property
    def at(self) -> str | None:
        return self.result.at or self.run.ended_at or self.run.started_at

    @property
    def test(self) -> tuple[str, str, str]:
        """What tells its test from others."""
        return self.run.platform, self.run.where or "", self.result.test_id or self.result.title.casefold()


class FailedTest(Answer):
    """A test of a cluster."""

    platform: Key
    test_id: Key | None = None
    title: Untrusted | None = None


class SeenIn(Answer):
    """When and in which run a cluster was seen."""

    at: Key | None = None
    platform: Key
    run_id: Key


class FailureCluster(Answer):
    """Failures whose errors differ only in numbers, ids and times."""

    error: Untrusted = Field(description="Of the newest.")
    failures: int
    tests: int
    runs: int
    platforms: list[Key]
    environments: list[Untrusted] = Field(default_factory=list)
    first_seen: SeenIn
    last_seen: SeenIn
    is_current: bool = Field(description="Seen in the newest run of its kind: same platform, title, environment.")
    some_tests: list[FailedTest]


class FailureClusters(Page[FailureCluster]):
    """Clusters, the widest spread first."""

    runs: int = Field(description="Runs that were read.")
    failures: int = Field(description="Failures in them.")
    sources: list[Source]


def failures_of(runs: Iterable[TestedRun]) -> list[Failed]:
    """The last result of each test in each run, where it failed; runs newest first."""
    found: list[Failed] = []
    for tested in runs:
        last = {(one.test_id, one.place, one.title): one for one in tested.results}
        found += [Failed(tested.run, result) for result in last.values() if result.is_failure]
    return found


def headline(failed: Failed) -> str | None:
    """The line of an error that tools of different kinds share: the first, without the name of an exception."""
    lines = [line.strip() for line in plain_text(failed.result.error or "").splitlines() if line.strip()]
    return next((rest for line in lines if (rest := _EXCEPTION.sub("", line))), lines[0] if lines else None)


def newest_of_kind(runs: Sequence[TestedRun]) -> set[tuple[str, str]]:
    """The newest run of each kind, by platform and id."""
    newest: dict[tuple[str | None, ...], tuple[str, str]] = {}
    for run in (tested.run for tested in runs):
        kind = (run.platform, run.where, (run.title or run.run_id).casefold(), run.environment)
        newest.setdefault(kind, (run.platform, run.run_id))
    return set(newest.values())


@tool.reads(full_text_in="get_run")
async def cluster_failures(
    view: View,
    progress: Progress,
    text: Annotated[str | None, Field(max_length=200, description="In titles of runs.")] = None,
    since: When = None,
    platforms: Platforms = None,
    runs: Runs = 15,
    limit: Limit = 10,
    cursor: Cursor = None,
) -> FailureClusters:
    """Same error in many runs? Failures by error over all platforms: first and last seen, tests."""
    chosen = view.chosen(platforms)
    time = await resolve_time(view, chosen, since, None)
    query = Query(since=time.since, text=text, limit=MOST_LISTED)
    sources, tested = await read_results(view, chosen, query, progress, runs=runs)
    failures, newest = failures_of(tested), newest_of_kind(tested)
    selection: Selection[Group[Failed]] = Selection(
        _widest_first, limit=limit, cursor=cursor, text=text, since=since, platforms=platforms, runs=runs
    )
    for group in group_failures(failures, headline):
        selection.offer(group)
    page = selection.page(
        lambda group: cluster_of(group, newest),
        coverage_of(sources, loaded=len(failures), matched=selection.matched),
        time.note,
    )
    return FailureClusters.widened(page, runs=len(tested), failures=len(failures), sources=sources)


def _widest_first(group: Group[Failed]) -> tuple[int, ...]:
    """Clusters of several platforms first, then by runs and tests; failures without an error last."""
    platforms = {failed.run.platform for failed in group.members}
    runs = {(failed.run.platform, failed.run.run_id) for failed in group.members}
    tests = {failed.test for failed in group.members}
    return int(group.key == NO_WORDS), -len(platforms), -len(runs), -len(tests), crc32(group.key.encode())


def cluster_of(group: Group[Failed], newest: set[tuple[str, str]], *, named: int = NAMED) -> FailureCluster:
    """A cluster as it is answered."""
    members = sorted(group.members, key=lambda failed: -milliseconds(failed.at))
    tests = {failed.test: failed for failed in reversed(members)}
    runs = {(failed.run.platform, failed.run.run_id) for failed in members}
    return FailureCluster(
        error=first_words(members[0].result.error, ERROR) or NO_WORDS,
        failures=len(members),
        tests=len(tests),
        runs=len(runs),
        platforms=sorted({failed.run.platform for failed in members}),
        environments=sorted({failed.run.environment for failed in members if failed.run.environment})[:NAMED],
        first_seen=_seen(members[-1]),
        last_seen=_seen(members[0]),
        is_current=bool(runs & newest),
        some_tests=[
            FailedTest(
                platform=failed.run.platform,
                test_id=failed.result.test_id,
                title=first_words(failed.result.title, TITLE) or None,
            )
            for failed in list(tests.values())[:named]
        ],
    )


def _seen(failed: Failed) -> SeenIn:
    return SeenIn(at=minute(failed.at), platform=failed.run.platform, run_id=failed.run.run_id)
