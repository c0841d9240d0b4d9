"""The outcomes of a run's tests in the comparable runs before it."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from tools.kit.errors import PlatformError
from tools.kit.history import Mark, Past
from tools.kit.run_failures import why_counts_differ
from tools.kit.together import gather
from tools.testery.models.results import Result
from tools.testery.models.runs import Run

Test = tuple[str, str]
EARLIER: Final = 3


@dataclass
class EarlierRuns:
    """The comparable runs before a run, newest first, and the outcomes of its tests there."""

    runs: list[int] = field(default_factory=list)
    pasts: dict[Test, Past] = field(default_factory=dict)
    why: str | None = None
    """What could not be read, as a sentence."""

    def mark(self, result: Result, *, passed_too: bool = False) -> Mark:
        return self.pasts.get(result.test, Past()).mark(passed_too=passed_too)


def is_comparable(run: Run, other: Run) -> bool:
    """Whether another run is an earlier finished one of the same project, environment and suite."""
    return (
        (other.project_id, other.environment_id, other.environment_key, other.test_suite_id)
        == (run.project_id, run.environment_id, run.environment_key, run.test_suite_id)
        and other.id < run.id
        and other.status in {"passed", "failed"}
        and bool(other.total)
    )


async def earlier_runs(
    run: Run,
    newest: Sequence[Run],
    tests: Collection[Test],
    read: Callable[[int], Awaitable[list[Result]]],
    *,
    at_most: int = EARLIER,
) -> EarlierRuns:
    """The outcomes of some tests in the newest comparable runs before a run."""
    found = EarlierRuns()
    before = [one for one in newest if is_comparable(run, one)][:at_most] if tests else []
    try:
        results_of = await gather([partial(read, one.id) for one in before], at_once=3)
    except PlatformError as error:
        found.why = f"Earlier runs could not be read: {error}"
        return found
    found.runs = [one.id for one in before]
    for one, results in zip(before, results_of, strict=True):
        for result in results:
            if result.test in tests:
                found.pasts.setdefault(result.test, Past()).add(str(one.id), result.status)
    return found


def passed_tests(results: Sequence[Result]) -> set[Test]:
    """The tests that passed in at least one try."""
    return {result.test for result in results if result.status == "passed"}


def explain_counts(run: Run, results: Sequence[Result]) -> str | None:
    """Why the run's count of failures differs from that of its results."""
    if not run.is_over:
        return None
    failed = [result for result in results if result.status == "failed"]
    passed = passed_tests(results)
    among = {
        "of a test that passed when tried again": sum(one.test in passed for one in failed),
        "outside of any test file, such as set-up": sum(not one.file for one in failed),
    }
    return why_counts_differ({"failed": run.failed}, {"failed": len(failed)}, among)
