"""The results of a test over several runs, and whether a failure is new, known or flaky."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

from pydantic import Field

from tools.kit.failure_groups import normalized_error
from tools.kit.model import Answer
from tools.kit.text import Key, Untrusted
from tools.kit.vocabulary import Said, Status

Verdict = Literal["passed", "failed", "both"]
Mark = Literal["new", "flaky", "known", "no history"]
Trend = Literal["passing", "failing", "fixed", "flaky", "differs by environment", "no results"]
"""`failing`: failed in every run since it began; `flaky`: alternated."""

LETTERS: Final[dict[Verdict, str]] = {"passed": "P", "failed": "F", "both": "B"}


@dataclass
class Past:
    """The verdicts of one test in earlier runs, newest first."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    """By run; `both` means that it failed and passed in the same run."""
    is_reached: bool = False
    """Whether the current run has been passed, so that what follows is older."""

    def add(self, run_id: str, status: str) -> None:
        if status not in {"passed", "failed"}:
            return
        verdict: Verdict = "failed" if status == "failed" else "passed"
        before = self.verdicts.setdefault(run_id, verdict)
        if before != verdict:
            self.verdicts[run_id] = "both"

    def mark(self, *, passed_too: bool = False) -> Mark:
        """What a failure of this test is, seen with its past.

        `passed_too`: it also passed in the run in question. One change from passed to failed is new where it is the
        last thing that happened, and known where runs failed since; more changes are flaky.
        """
        verdicts: list[Verdict] = ["both" if passed_too else "failed", *self.verdicts.values()]
        if "both" in verdicts or changes(verdicts) > 1:
            return "flaky"
        if len(verdicts) == 1:
            return "no history"
        return "new" if verdicts[1] == "passed" else "known"

    @property
    def since(self) -> str | None:
        """The run in which the current series of failures began; None if it is older than what was read."""
        began: str | None = None
        for run_id, verdict in self.verdicts.items():
            if verdict == "passed":
                return began
            began = run_id
        return None

    @property
    def failed_in(self) -> list[str]:
        """The runs in which it failed, newest first."""
        return [run_id for run_id, verdict in self.verdicts.items() if verdict != "passed"]

    def summary(self) -> str | None:
        """How often it failed, and in which order; None without earlier runs."""
        if not self.verdicts:
            return None
        return f"failed {len(self.failed_in)} of {len(self.verdicts)} ({pattern(list(self.verdicts.values()))})"


def changes(verdicts: Sequence[Verdict]) -> int:
    """Count the changes from one verdict to the other."""
    return sum(one != other for one, other in pairwise(verdicts))


def pattern(newest_first: Sequence[Verdict]) -> str:
    """Verdicts as letters, oldest first: PPFFF is a regression, PFPFP is flaky."""
    return "".join(LETTERS[verdict] for verdict in reversed(newest_first))


def trend(newest_first: Sequence[Verdict]) -> Trend:
    """Classify a series of verdicts."""
    if not newest_first:
        return "no results"
    if "both" in newest_first or changes(newest_first) > 1:
        return "flaky"
    if newest_first[0] == "failed":
        return "failing"
    return "fixed" if "failed" in newest_first else "passing"


@dataclass(frozen=True)
class Outcome:
    """One result of a test in a run, in the terms that all platforms share."""

    run_id: str
    status: Status
    said: str | None = None
    run: str | None = None
    environment: str | None = None
    at: str | None = None
    result_id: str | None = None
    error: str | None = None

    @property
    def is_failure(self) -> bool:
        return self.status in {"failed", "blocked"}


class PastResult(Answer):
    """A result of the test in one run."""

    run_id: Key
    run: Untrusted | None = None
    environment: Untrusted | None = None
    at: Key | None = None
    status: Status
    said: Said = None
    result_id: Key | None = None
    error: Untrusted | None = Field(None, description="Left out where the newer failure had the same one.")
    others: str | None = Field(None, description="Further results in this run, by status.")


class OnEnvironment(Answer):
    """The results of the test on one environment."""

    environment: Untrusted
    trend: Trend
    pattern: str


class TestHistory(Answer):
    """The results of one test over several runs: flaky or broken, since when, and each result."""

    __test__ = False

    test_id: Key | None = None
    title: Untrusted | None = None
    trend: Trend
    pattern: str = Field(description="A letter a run, oldest first: P passed, F failed, B both in one run.")
    changes: int = Field(description="How often it changed between passed and failed.")
    passed: int
    failed: int
    first_failed_at: Key | None = Field(None, description="Among these results.")
    last_failed_at: Key | None = None
    last_passed_at: Key | None = None
    failing_since_run: Key | None = Field(None, description="Where failures without a break began.")
    by_environment: list[OnEnvironment] = Field(default_factory=list)
    results: list[PastResult] = Field(description="Newest first.")
    complete: bool = Field(description="Whether all earlier results were read; if not, why says what is missing.")
    why: str | None = None


def history_of(
    outcomes: Sequence[Outcome], *, test_id: str | None = None, title: str | None = None, why: str | None = None
) -> TestHistory:
    """Build the history of a test from its results, newest first; `why` says what was not read."""
    outcomes = [one for one in outcomes if one.status not in {"queued", "running"}]
    verdicts = list(_verdicts(outcomes).verdicts.values())
    places = sorted({one.environment for one in outcomes if one.environment})
    by_place = {place: _verdicts(_at(place, outcomes)) for place in places}
    split = {place: list(past.verdicts.values()) for place, past in by_place.items() if past.verdicts}
    found = trend(verdicts)
    if found == "flaky" and len(split) > 1 and all(trend(one) in {"passing", "failing"} for one in split.values()):
        found = "differs by environment"
    failed, passed = _times(outcomes, failed=True), _times(outcomes, failed=False)
    return TestHistory(
        test_id=test_id,
        title=title,
        trend=found,
        pattern=pattern(verdicts),
        changes=changes(verdicts),
        passed=sum(verdict == "passed" for verdict in verdicts),
        failed=sum(verdict != "passed" for verdict in verdicts),
        first_failed_at=failed[-1] if failed else None,
        last_failed_at=failed[0] if failed else None,
        last_passed_at=passed[0] if passed else None,
        failing_since_run=_verdicts(outcomes).since,
        by_environment=[
            OnEnvironment(environment=place, trend=trend(one), pattern=pattern(one)) for place, one in split.items()
        ]
        if len(split) > 1
        else [],
        results=list(_rows(outcomes)),
        complete=why is None,
        why=why,
    )


def _at(place: str, outcomes: Sequence[Outcome]) -> list[Outcome]:
    # A function of its own: CPython 3.13.0 crashes when pydantic looks at a frame whose comprehension holds another one
    # that closes over its variable.
    return [one for one in outcomes if one.environment == place]


def _verdicts(outcomes: Iterable[Outcome]) -> Past:
    past = Past()
    for one in outcomes:
        past.add(one.run_id, "failed" if one.is_failure else one.status)
    return past


def _times(outcomes: Sequence[Outcome], *, failed: bool) -> list[str]:
    wanted = [one for one in outcomes if (one.is_failure if failed else one.status == "passed")]
    return [one.at for one in wanted if one.at]


def _rows(outcomes: Sequence[Outcome]) -> Iterable[PastResult]:
    """One row per run: the failed result, or else the newest."""
    by_run: dict[str, list[Outcome]] = {}
    for one in outcomes:
        by_run.setdefault(one.run_id, []).append(one)
    last: str | None = None
    for inside in by_run.values():
        one = next((each for each in inside if each.is_failure), inside[0])
        others = Counter(each.status for each in inside if each is not one)
        same = one.is_failure and one.error is not None and normalized_error(one.error) == last
        if one.is_failure and one.error is not None:
            last = normalized_error(one.error)
        yield PastResult(
            run_id=one.run_id,
            run=one.run,
            environment=one.environment,
            at=one.at,
            status=one.status,
            said=one.said if (one.said or "").casefold() != one.status else None,
            result_id=one.result_id,
            error=None if same else one.error,
            others=", ".join(f"{count} {status}" for status, count in others.items()) or None,
        )
