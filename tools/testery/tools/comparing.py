"""Comparing two runs: new failures, fixed, still failing, flaky."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from tools.kit.errors import Refused
from tools.kit.model import Answer
from tools.kit.text import Untrusted
from tools.kit.toolset import Toolset
from tools.kit.vocabulary import Status
from tools.testery.client.runs import PAGE
from tools.testery.client.testery import Testery
from tools.testery.models.results import Result
from tools.testery.models.runs import Run
from tools.testery.tools.projects import project_keys
from tools.testery.tools.results import error_line, known_results
from tools.testery.tools.run_history import is_comparable
from tools.testery.tools.runs import RunId, RunRow, known_run, newest_runs, row_of, verdict

tool = Toolset(Testery)

SHORT: Final = 160

Test = tuple[str, str]


class ComparedTest(Answer):
    """A test whose status changed, or that still fails."""

    name: Untrusted | None = None
    file: Untrusted | None = None
    result_id: int | None = Field(None, description="In the later run, or in the earlier one where it is fixed.")
    before: Status | None = None
    after: Status | None = None
    error: str | None = None


class Comparison(Answer):
    """Two runs and the tests that differ. A test that failed and passed within one run counts as flaky only."""

    before: RunRow
    after: RunRow
    new_failures: list[ComparedTest]
    fixed: list[ComparedTest]
    still_failing: list[ComparedTest]
    flaky: list[ComparedTest]
    counts: dict[str, int]
    notes: list[str] = Field(default_factory=list)


@dataclass(frozen=True)
class TestOutcome:
    """The outcome of a test in a run, over all its tries."""

    tries: Sequence[Result]

    @property
    def is_flaky(self) -> bool:
        return {"passed", "failed"} <= {one.status for one in self.tries}

    @property
    def status(self) -> Status:
        statuses = {one.status for one in self.tries}
        order: tuple[Status, ...] = ("failed", "passed", "running", "skipped", "queued")
        return next((status for status in order if status in statuses), "unknown")

    @property
    def sample(self) -> Result:
        """The try to show: the first that failed, else the first."""
        return next((one for one in self.tries if one.status == "failed"), self.tries[0])


def outcomes(results: Iterable[Result]) -> dict[Test, TestOutcome]:
    """The outcomes of a run by test; a result without a test goes by its own name."""
    tries: dict[Test, list[Result]] = {}
    for result in results:
        tries.setdefault(result.test, []).append(result)
    return {test: TestOutcome(found) for test, found in tries.items()}


async def run_before(api: Testery, run: Run) -> Run:
    """The last finished run before another of the same project, environment and suite, among the newest runs.

    Raises:
        Refused: if there is none.
    """
    for one in await newest_runs(api):
        if is_comparable(run, one):
            return one
    raise Refused(
        f"None of the newest {PAGE} runs is a finished run before run {run.id} of the same project, environment and "
        "suite. Pass before_run_id; testery_list_test_runs shows ids."
    )


@tool.reads()
async def compare_runs(
    api: Testery,
    run_id: RunId,
    before_run_id: Annotated[int | None, Field(gt=0, description="Default: the last comparable run.")] = None,
    at_most: Annotated[int, Field(ge=1, le=200, description="Tests of each kind.")] = 30,
) -> Comparison:
    """Compare a run with one before it: new failures, fixed, still failing, flaky."""
    after = await known_run(api, run_id)
    before = await (run_before(api, after) if before_run_id is None else known_run(api, before_run_id))
    if before.id == after.id:
        raise Refused("Give two different runs.")
    was, now = outcomes(await known_results(api, before.id)), outcomes(await known_results(api, after.id))
    flaky = [test for test in now.keys() | was.keys() if _is_flaky(test, was, now)]
    kinds: dict[str, list[Test]] = {"new_failures": [], "fixed": [], "still_failing": [], "flaky": flaky}
    for test in (now.keys() | was.keys()) - set(flaky):
        kind = _kind(was.get(test), now.get(test))
        if kind is not None:
            kinds[kind].append(test)
    keys = await project_keys(api)
    named = {
        kind: [compared_test(test, was.get(test), now.get(test)) for test in sorted(tests)[:at_most]]
        for kind, tests in kinds.items()
    }
    return Comparison(
        before=row_of(before, keys),
        after=row_of(after, keys),
        **named,
        counts={kind: len(tests) for kind, tests in kinds.items()},
        notes=list(_notes(before, after, was, now, kinds, at_most)),
    )


def _is_flaky(test: Test, was: Mapping[Test, TestOutcome], now: Mapping[Test, TestOutcome]) -> bool:
    return any(found.is_flaky for found in (was.get(test), now.get(test)) if found is not None)


def _kind(before: TestOutcome | None, after: TestOutcome | None) -> str | None:
    """The kind of change of a test that is not flaky; None if there is nothing to report."""
    failed = (before is not None and before.status == "failed", after is not None and after.status == "failed")
    if failed == (False, True):
        return "new_failures"
    if failed == (True, True):
        return "still_failing"
    return "fixed" if failed == (True, False) and after is not None and after.status == "passed" else None


def compared_test(test: Test, before: TestOutcome | None, after: TestOutcome | None) -> ComparedTest:
    last = after if after is not None and (before is None or after.status != "passed") else before
    sample = last.sample if last is not None else None
    file, name = test
    return ComparedTest(
        name=name,
        file=file or None,
        result_id=sample.id if sample is not None else None,
        before=before.status if before is not None else None,
        after=after.status if after is not None else None,
        error=error_line(sample, SHORT) if sample is not None else None,
    )


def _notes(
    before: Run,
    after: Run,
    was: Mapping[Test, TestOutcome],
    now: Mapping[Test, TestOutcome],
    kinds: Mapping[str, Sequence[Test]],
    at_most: int,
) -> Iterable[str]:
    """What a reader needs to know to judge the comparison."""
    for run, which in ((before, "earlier"), (after, "later")):
        decided = verdict(run)
        if decided:
            yield f"The {which} run: {decided}"
        if not run.is_over:
            yield f"The {which} run is not over: results are still coming."
    if before.project_id != after.project_id:
        yield "The runs belong to different projects."
    if before.environment_key != after.environment_key:
        yield "The runs used different environments."
    unsettled = sum(one.status == "failed" and _is_undecided(now.get(test)) for test, one in was.items())
    if unsettled:
        yield f"{unsettled} tests that failed before did not run in the later run: they do not count as fixed."
    cut = {kind: len(tests) - at_most for kind, tests in kinds.items() if len(tests) > at_most}
    for kind, count in cut.items():
        yield f"{count} more {kind} are not listed: pass a larger at_most."


def _is_undecided(outcome: TestOutcome | None) -> bool:
    return outcome is None or outcome.status not in {"passed", "failed"}
