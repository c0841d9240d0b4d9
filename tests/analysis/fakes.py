"""Fake platforms for the analysis: surveys that hold runs with results, and bug reports."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.tools.kit.test_platform import shop
from tools.kit.errors import Unavailable
from tools.kit.evidence import BugReport, TestResult
from tools.kit.survey import Found, Query, Results, RunRow, RunStory, Survey
from tools.kit.vocabulary import Status
from tools.kit.when import TimeSpan, parse_timestamp
from tools.view import View

NOW = datetime(2026, 4, 11, tzinfo=UTC)


class Client:
    """A platform's client with only a clock."""

    async def clock(self) -> datetime:
        return NOW


def run(run_id: str, day: int, *, platform: str = "toys", title: str = "Nightly", environment: str = "web") -> RunRow:
    """A finished run of a day in April."""
    at = f"2026-04-{day:02}T08:00:00+00:00"
    return RunRow(
        platform=platform,
        run_id=run_id,
        title=title,
        status="failed",
        environment=environment,
        started_at=at,
        ended_at=at.replace("08:", "09:"),
    )


def result(title: str, status: Status, error: str | None = None, **more: Any) -> TestResult:
    return TestResult(title, status, error=error, **more)


class Held:
    """What one fake platform holds; `why` is what it says that it did not read."""

    def __init__(
        self,
        runs: Mapping[str, Sequence[TestResult]] | None = None,
        rows: Sequence[RunRow] = (),
        reports: Sequence[BugReport] | None = None,
        found: Sequence[Found] = (),
        *,
        is_down: bool = False,
    ) -> None:
        self._results, self._rows, self._reports, self._found = runs or {}, rows, reports, found
        self._is_down = is_down
        self.asked: list[str] = []

    async def runs(self, api: Any, query: Query) -> Results[RunRow]:
        if self._is_down:
            raise Unavailable("It is down.")
        times = [(row, parse_timestamp(row.started_at), parse_timestamp(row.ended_at)) for row in self._rows]
        return Results([row for row, began, ended in times if query.fits(row.title, began, ended)])

    async def results(self, api: Any, run_id: str, query: Query) -> Results[TestResult]:
        self.asked.append(run_id)
        return Results(list(self._results.get(run_id, ())))

    async def reports(self, api: Any, query: Query) -> Results[BugReport]:
        if self._is_down:
            raise Unavailable("It is down.")
        span = TimeSpan(query.since, query.until)
        return Results([one for one in self._reports or () if span.holds(parse_timestamp(one.reported_at))])

    async def lookup(self, api: Any, word: str) -> Results[Found]:
        return Results([one for one in self._found if word in {one.id, one.said}])

    async def run(self, api: Any, run_id: str, query: Query) -> RunStory:
        raise NotImplementedError

    async def search(self, *_: Any) -> Results[Found]:
        raise NotImplementedError

    @property
    def survey(self) -> Survey:
        return Survey(
            runs=self.runs,
            run=self.run,
            search=self.search,
            lookup=self.lookup,
            reports=self.reports if self._reports is not None else None,
            results=self.results,
        )


def view(**held: Held) -> View:
    platforms = {key: shop(key=key, title=key.title(), survey=one.survey) for key, one in held.items()}
    return View(platforms, lambda key: Client())
