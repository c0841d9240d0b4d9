"""Tests over time on every platform: flaky or broken, and the history of one test."""

from collections.abc import Sequence
from typing import Annotated, Final
from zlib import crc32

from pydantic import Field

from tools.analysis.reading import MOST_LISTED, Runs, also_missing, coverage_of, read_results
from tools.analysis.series import RULE, WORST, Series, series_of, unsteady
from tools.analysis.titles import Wanted, matched, plain_title
from tools.kit.errors import NotFound
from tools.kit.history import OnEnvironment, PastResult, TestHistory, Trend
from tools.kit.model import Answer
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.platform import Platform
from tools.kit.rows import minute
from tools.kit.survey import Found, Query
from tools.kit.text import Key, Untrusted, many, quote
from tools.kit.toolset import Progress, Toolset
from tools.view import Platforms, Source, View, query_platforms

tool = Toolset(View)

RESULTS: Final = 5
"""Results of one test in its history."""


class TestOverTime(Answer):
    """One test on one platform over its newest runs."""

    __test__ = False

    platform: Key
    where: Key | None = None
    test_id: Key | None = None
    title: Untrusted | None = None
    matched: str | None = Field(None, description="How it was found to be the test.")
    trend: Trend
    pattern: str
    changes: int
    passed: int
    failed: int
    first_failed_at: Key | None = None
    last_failed_at: Key | None = None
    last_passed_at: Key | None = None
    failing_since_run: Key | None = None
    by_environment: list[OnEnvironment] = Field(default_factory=list)
    results: list[PastResult] = Field(default_factory=list, description="Newest first.")


class TestsOverTime(Page[TestOverTime]):
    """Tests, the worst first, with the rule they are judged by."""

    rule: str
    runs: int = Field(description="Runs that were read.")
    tests: int = Field(description="Tests in them.")
    sources: list[Source]


@tool.reads(full_text_in="get_run")
async def analyze_tests(
    view: View,
    progress: Progress,
    test: Annotated[str | None, Field(max_length=300, description="Title, id or linked issue. Default: all.")] = None,
    platforms: Platforms = None,
    runs: Runs = 15,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> TestsOverTime:
    """What is flaky, what is broken, since when? With test: its history on every platform."""
    chosen = view.chosen(platforms)
    sources, tested = await read_results(view, chosen, Query(limit=MOST_LISTED), progress, runs=runs)
    every = series_of(tested)
    selection: Selection[tuple[int, Series, TestHistory, str | None]] = Selection(
        lambda row: (row[0], crc32(f"{row[1].platform}:{row[1].where}:{row[1].test_id}:{row[1].title}".encode())),
        limit=limit,
        cursor=cursor,
        test=test,
        platforms=platforms,
        runs=runs,
    )
    rows: Sequence[tuple[Series, TestHistory, str | None]]
    if test is None:
        rows = [(series, history, None) for series, history in unsteady(every)]
    else:
        rows = await _rows_of(view, chosen, test, every, sources, progress)
    for place, row in enumerate(rows):
        selection.offer((place, *row))
    page = selection.page(
        lambda row: _shown(*row[1:]),
        coverage_of(sources, loaded=len(every), matched=selection.matched),
    )
    return TestsOverTime.widened(page, rule=RULE, runs=len(tested), tests=len(every), sources=sources)


async def _rows_of(
    view: View,
    platforms: list[Platform],
    test: str,
    every: list[Series],
    sources: Sequence[Source],
    progress: Progress,
) -> list[tuple[Series, TestHistory, str | None]]:
    """The series of one test.

    Raises:
        NotFound: when no run that was read has it.
    """
    wanted = await _wanted(view, platforms, test, every, progress)
    rows = [(one, one.history, how) for one in every if (how := matched(one, wanted)) is not None]
    if not rows:
        words = plain_title(test).split()
        rows = [
            (one, one.history, "words in its title")
            for one in every
            if words and all(word in plain_title(one.title) for word in words)
        ]
    if not rows:
        raise NotFound(
            f"None of {many(len(every), 'test')} in the runs that were read is {quote(test, at_most=80)}. "
            f"across_search finds tests by words; raise runs to look further back.{also_missing(sources)}",
            status=404,
        )
    return sorted(rows, key=lambda row: (_how_sure(row[2]), WORST.index(row[1].trend), row[0].platform))


def _how_sure(how: str | None) -> int:
    return next((place for place, word in enumerate(("id", "linked", "same")) if (how or "").startswith(word)), 3)


async def _wanted(view: View, platforms: list[Platform], test: str, every: list[Series], progress: Progress) -> Wanted:
    """What is looked for: the words as a title, and the titles of tests that have them as an id or a linked issue."""
    found: list[Found] = []
    if len(test.split()) == 1:
        answers = await query_platforms(
            view, platforms, lambda survey, api: survey.lookup(api, test.strip()) if survey.lookup else None, progress
        )
        found = [row for _, rows in answers for row in rows if row.kind == "test"]
    known = {(row.platform, row.id): row.matched or "id" for row in found}
    known |= {
        (one.platform, one.test_id): "id"
        for one in every
        if one.test_id is not None and one.test_id.casefold() == test.strip().casefold()
    }
    titles = {plain_title(row.title or "") for row in found} | {plain_title(test)}
    titles |= {plain_title(one.title) for one in every if (one.platform, one.test_id or "") in known}
    return Wanted(test, known, titles - {""})


def _shown(series: Series, history: TestHistory, how: str | None) -> TestOverTime:
    is_one = how is not None
    return TestOverTime(
        platform=series.platform,
        where=series.where or None,
        test_id=series.test_id,
        title=series.title or None,
        matched=how,
        trend=history.trend,
        pattern=history.pattern,
        changes=history.changes,
        passed=history.passed,
        failed=history.failed,
        first_failed_at=minute(history.first_failed_at),
        last_failed_at=minute(history.last_failed_at),
        last_passed_at=minute(history.last_passed_at),
        failing_since_run=history.failing_since_run,
        by_environment=history.by_environment if is_one or history.trend == "differs by environment" else [],
        results=history.results[:RESULTS] if is_one else [],
    )
