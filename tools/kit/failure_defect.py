"""A failing test of a run as a defect: its item, its marker, and which results can become an issue."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from tools.kit.defect import failure_marker
from tools.kit.errors import NotFound, Refused
from tools.kit.failure_groups import normalized_error
from tools.kit.text import clean, quote, word
from tools.kit.vocabulary import Status

T = TypeVar("T")

FAILED: Final = frozenset[Status]({"failed", "blocked"})
_STATES: Final[dict[Status, str]] = {
    "passed": "passed",
    "skipped": "was skipped",
    "running": "is still running",
    "queued": "has no result yet",
    "cancelled": "was cancelled",
}


@dataclass(frozen=True)
class FailureItem:
    """The two parts of an item `RUN/TEST`."""

    run: str
    test: str

    @classmethod
    def of(cls, item: str, example: str, *, run_has_slash: bool = False) -> "FailureItem":
        """Read an item; a test may be a title with slashes, unless the run's id may have one.

        Raises:
            Refused: when a part is missing.
        """
        parts = item.strip().rpartition("/") if run_has_slash else item.strip().partition("/")
        run, test = parts[0].strip(), parts[2].strip()
        if not run or not test:
            raise Refused(
                f"{quote(item)} names no failing test. Give RUN/TEST, such as {example}: the ids of a run and of a "
                "failure in it, as across_get_run shows them."
            )
        return cls(run, test)

    def __str__(self) -> str:
        return f"{self.run}/{self.test}"


@dataclass(frozen=True)
class FailureFinder(Generic[T]):
    """How a platform's results are told apart."""

    id_of: Callable[[T], str | None]
    title_of: Callable[[T], str | None]
    status_of: Callable[[T], Status]
    same: Callable[[T], Hashable]
    """What all results of one test have in common."""
    lister: str
    """The tool that lists the results of a run."""

    def failed_result(self, results: Iterable[T], item: FailureItem) -> T:
        """The failed result that an item names, the last of several tries.

        Raises:
            NotFound: when the run has no such test.
            Refused: when it did not fail, or several tests have its name.
        """
        rows = list(results)
        named = [row for row in rows if self.id_of(row) == item.test]
        named = named or [row for row in rows if clean(self.title_of(row) or "").strip() == clean(item.test).strip()]
        where = f"across_get_run and {self.lister} show ids."
        if not named:
            raise NotFound(f"Run {word(item.run)} has no test {quote(item.test)}. {where}", status=404)
        failed = [row for row in named if self.status_of(row) in FAILED]
        if not failed:
            status = self.status_of(named[-1])
            state = _STATES.get(status, "has no known status")
            raise Refused(
                f"Test {quote(item.test)} of run {word(item.run)} {state}; only a failure can become an issue."
            )
        if len({self.same(row) for row in failed}) > 1:
            raise Refused(f"Several failing tests of run {word(item.run)} are called {quote(item.test)}. {where}")
        return failed[-1]


def marker_of(platform: str, test: str, error: str | None) -> str:
    """The marker of a failing test; numbers, ids and times in its error do not change it."""
    return failure_marker(platform, test, normalized_error(error))


def title_of_failure(title: str | None, test: str) -> str:
    """The title of the issue about a failing test."""
    return f"Test failed: {(title or '').strip() or test}"


def with_stack(error: str | None, stack: str | None) -> str:
    """An error and its stack trace, which often begins with it."""
    message, trace = (error or "").strip(), (stack or "").rstrip()
    if not message or message in trace:
        return trace or message
    return f"{message}\n\n{trace}" if trace.strip() else message


def describe_seconds(milliseconds: float | None) -> str | None:
    """A duration as a fact."""
    return None if milliseconds is None else f"{round(milliseconds / 1000, 1):g} s"
