"""Comparing two runs: what is new, what is fixed, what still fails, and what cannot make up its mind."""

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
from tools.testery.tools.results import known_results, said_of
from tools.testery.tools.run_history import is_comparable
from tools.testery.tools.runs import RunId, RunRow, known_run, newest_runs, row_of, verdict

tool = Toolset(Testery)

SHORT: Final = 160

Test = tuple[str, str]


class ComparedTest(Answer):
    """A test that is not as it was, or still fails."""

    name: Untrusted | None = None
    file: Untrusted | None = None
    result_id: int | None = Field(None, description="In the later run, or in the earlier one where it is fixed.")
    before: Status | None = None
    after: Status | None = None
    error: str | None = None


class Comparison(Answer):
    """Two runs, and the tests that differ. A test that failed and passed within one run is flaky and nothing else."""

    before: RunRow
    after: RunRow
    new_failures: list[ComparedTest]
    fixed: list[ComparedTest]
    still_failing: list[ComparedTest]
    flaky: list[ComparedTest]
    counts: dict[str, int]
    notes: list[str] = Field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """What became of a test in a run, all its tries together."""

    tries: Sequence[Result]

    @property
    def is_flaky(self) -> bool:
        return {"passed", "failed"} <= {one.status for one in self.tries}

    @property
    def status(self) -> Status:
        found: dict[Status, Result] = {one.status: one for one in self.tries}
        order: tuple[Status, ...] = ("failed", "passed", "running", "skipped", "queued")
        return next((status for status in order if status in found), "unknown")

    @property
    def telling(self) -> Result:
        """The try that has something to tell: the first that failed, else the first."""
        return next((one for one in self.tries if one.status == "failed"), self.tries[0])


def outcomes(results: Iterable[Result]) -> dict[Test, Outcome]:
    """The tests of a run; what belongs to no test stands for itself by its name."""
    tries: dict[Test, list[Result]] = {}
    for result in results:
        tries.setdefault(result.test, []).append(result)
    return {test: Outcome(found) for test, found in tries.items()}


async def run_before(api: Testery, run: Run) -> Run:
    """The last run before another that was over, of the same project, environment and suite, among the newest ones.

    Raises:
        Refused: when there is none.
    """
    for one in await newest_runs(api):
        if is_comparable(run, one):
            return one
    raise Refused(
        f"Among the newest {PAGE} runs none before run {run.id} was finished with the same project, environment and "
        "suite. Pass before_run_id; testery_list_test_runs shows ids."
    )


@tool.reads()
async def compare_runs(
    api: Testery,
    run_id: RunId,
    before_run_id: Annotated[int | None, Field(gt=0, description="Default: the last comparable run before it.")] = None,
    at_most: Annotated[int, Field(ge=1, le=200, description="Tests to name of each kind.")] = 30,
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
    told = {
        kind: [_told(test, was.get(test), now.get(test)) for test in sorted(tests)[:at_most]]
        for kind, tests in kinds.items()
    }
    return Comparison(
        before=row_of(before, keys),
        after=row_of(after, keys),
        **told,
        counts={kind: len(tests) for kind, tests in kinds.items()},
        notes=list(_notes(before, after, was, now, kinds, at_most)),
    )


def _is_flaky(test: Test, was: Mapping[Test, Outcome], now: Mapping[Test, Outcome]) -> bool:
    return any(found.is_flaky for found in (was.get(test), now.get(test)) if found is not None)


def _kind(before: Outcome | None, after: Outcome | None) -> str | None:
    """What a test without flakiness is; None where there is nothing to tell."""
    failed = (before is not None and before.status == "failed", after is not None and after.status == "failed")
    if failed == (False, True):
        return "new_failures"
    if failed == (True, True):
        return "still_failing"
    return "fixed" if failed == (True, False) and after is not None and after.status == "passed" else None


def _told(test: Test, before: Outcome | None, after: Outcome | None) -> ComparedTest:
    last = after if after is not None and (before is None or after.status != "passed") else before
    telling = last.telling if last is not None else None
    file, name = test
    return ComparedTest(
        name=name,
        file=file or None,
        result_id=telling.id if telling is not None else None,
        before=before.status if before is not None else None,
        after=after.status if after is not None else None,
        error=said_of(telling, SHORT) if telling is not None else None,
    )


def _notes(
    before: Run,
    after: Run,
    was: Mapping[Test, Outcome],
    now: Mapping[Test, Outcome],
    kinds: Mapping[str, Sequence[Test]],
    at_most: int,
) -> Iterable[str]:
    """What a reader has to know to judge the comparison."""
    for run, which in ((before, "earlier"), (after, "later")):
        decided = verdict(run)
        if decided:
            yield f"Of the {which} one: {decided}"
        if not run.is_over:
            yield f"The {which} run is not over: results are still coming."
    if before.project_id != after.project_id:
        yield "The two runs are of different projects."
    if before.environment_key != after.environment_key:
        yield "The two runs were on different environments."
    unsettled = sum(one.status == "failed" and _undone(now.get(test)) for test, one in was.items())
    if unsettled:
        yield f"{unsettled} tests that failed before were not carried out in the later run: they are not fixed."
    cut = {kind: len(tests) - at_most for kind, tests in kinds.items() if len(tests) > at_most}
    for kind, count in cut.items():
        yield f"{count} more of {kind} are not named: pass a larger at_most."


def _undone(outcome: Outcome | None) -> bool:
    return outcome is None or outcome.status not in {"passed", "failed"}
