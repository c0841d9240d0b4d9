"""The results of each test over the runs of a platform: which tests are the same, and what their series say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tools.analysis.reading import TestedRun
from tools.kit.evidence import TestResult
from tools.kit.failure_groups import first_words
from tools.kit.history import Outcome, TestHistory, Trend, history_of

SHORT: Final = 160
RULE: Final = (
    "flaky: more than one change between passed and failed over its runs, or both in one run; differs by environment: "
    "so, but steady on each environment; failing: failed in its newest runs without a break; fixed: failed before and "
    "passes since. In a pattern, P is a run in which it passed, F failed or blocked, B both; the oldest comes first."
)
"""How a test is judged; tools.kit.history has the code."""


@dataclass
class Series:
    """One test on one platform, and its results, the newest first."""

    platform: str
    where: str
    test_id: str | None
    place: str
    title: str
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def history(self) -> TestHistory:
        return history_of(self.outcomes, test_id=self.test_id, title=self.title or None)


def series_of(runs: Sequence[TestedRun]) -> list[Series]:
    """The results of each test, from runs that come newest first."""
    found: dict[tuple[str, ...], Series] = {}
    for tested in runs:
        run = tested.run
        for result in reversed(tested.results):  # the last try of a test is the newest
            key = _identity(run.platform, run.where or "", result)
            series = found.get(key)
            if series is None:
                series = Series(run.platform, run.where or "", result.test_id, result.place, result.title)
                found[key] = series
            series.outcomes.append(
                Outcome(
                    run_id=run.run_id,
                    run=run.title,
                    environment=run.environment,
                    at=result.at or run.ended_at or run.started_at,
                    status=result.status,
                    said=result.said,
                    result_id=result.result_id,
                    error=first_words(result.error, SHORT),
                )
            )
    return list(found.values())


def _identity(platform: str, where: str, result: TestResult) -> tuple[str, ...]:
    """What tells a test of a platform from others: its id, else its title and its file."""
    if result.test_id is not None:
        return platform, where, "id", result.test_id
    return platform, where, result.place, result.title.strip().casefold()


WORST: Final[tuple[Trend, ...]] = ("failing", "flaky", "differs by environment", "fixed", "passing", "no results")


def unsteady(series: Iterable[Series]) -> list[tuple[Series, TestHistory]]:
    """The tests that failed at least once, those that are failing and flaky first."""
    rows = [(one, history) for one in series if (history := one.history).failed]
    return sorted(rows, key=lambda row: (WORST.index(row[1].trend), -row[1].changes, -row[1].failed, row[0].title))
