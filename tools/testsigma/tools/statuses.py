"""Statuses of runs and results, in shared words beside Testsigma's own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tools.kit.model import Answer
from tools.kit.text import word
from tools.kit.vocabulary import Said, Status, shared_word
from tools.testsigma.models.test_runs import RunCase, TestRun
from tools.testsigma.tools.names import normalized

_RESULTS: Final[Mapping[str, Status]] = {
    "passed": "passed",
    "failed": "failed",
    "blocked": "blocked",
    "skipped": "skipped",
    "untested": "queued",
    "retest": "queued",
    "inprogress": "running",
}
_RUNS: Final[Mapping[str, Status]] = {**_RESULTS, "active": "running", "running": "running", "aborted": "cancelled"}


def result_status(word: str | None) -> Status:
    """The shared word for a result."""
    return shared_word(word, _RESULTS, "unknown")


class StatusCount(Answer):
    """How many test cases of a run have a status."""

    said: Said = None
    status: Status
    count: int


@dataclass
class Counts:
    """The results of a run by status, in the first spelling of each."""

    _by_status: dict[str, tuple[str, int]] = field(default_factory=dict)

    def add(self, status: str | None, count: int = 1) -> None:
        name, so_far = self._by_status.get(normalized(status), (status or "", 0))
        self._by_status[normalized(status)] = (name, so_far + count)

    @property
    def total(self) -> int:
        return sum(count for _, count in self._by_status.values())

    def of(self, *statuses: Status) -> int:
        return sum(count for name, count in self._by_status.values() if result_status(name) in statuses)

    def rows(self) -> list[StatusCount]:
        """The largest first."""
        ordered = sorted(self._by_status.values(), key=lambda one: (-one[1], one[0]))
        return [StatusCount(said=name or None, status=result_status(name), count=count) for name, count in ordered]

    def describe(self) -> str:
        return ", ".join(f"{row.count} {word(row.said or 'without a status')}" for row in self.rows())


def count_results(results: Iterable[RunCase]) -> Counts:
    """Count the results of a run."""
    counts = Counts()
    for result in results:
        counts.add(result.status)
    return counts


def reported_counts(run: TestRun) -> Counts | None:
    """The counts in a run's own answer; most runs have none."""
    counts = Counts()
    for one in run.summary:
        counts.add(one.name, one.count)
    if not run.summary and run.results is not None and run.results.total is not None:
        passed, failed = run.results.passed or 0, run.results.failed or 0
        for word, count in (("Passed", passed), ("Failed", failed), ("other", run.results.total - passed - failed)):
            if count > 0:
                counts.add(word, count)
    return counts if counts.total else None


def run_status(run: TestRun, counts: Counts | None) -> Status:
    """The shared word for a run; that of a closed run follows from its results, where all are known."""
    if not run.is_closed:
        return shared_word(run.status, _RUNS, "unknown")
    if counts is None or not counts.total:
        return "unknown"
    if counts.of("failed"):
        return "failed"
    total = max(counts.total, run.test_cases_count or 0)
    return "passed" if counts.of("passed", "skipped") == total and counts.of("passed") else "unknown"


def count_untested(results: Sequence[RunCase]) -> int:
    """How many test cases still have no result."""
    return sum(result_status(result.status) == "queued" for result in results)
