"""Why a test run failed: its failed test cases with their comments, each new, known or flaky."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from tools.kit.errors import PlatformError
from tools.kit.history import Past
from tools.kit.missing import Missing, note_missing
from tools.kit.run_failures import Failure
from tools.kit.together import gather
from tools.kit.when import parse_timestamp
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.projects import Project
from tools.testsigma.models.test_runs import RunCase, TestRun
from tools.testsigma.tools.run_view import RunResults
from tools.testsigma.tools.statuses import result_status

MOST_EARLIER: Final = 3
FAILED: Final = frozenset({"failed", "blocked"})


@dataclass
class RunFailures:
    """The failures of a run, and the earlier runs they are compared with."""

    failures: list[Failure] = field(default_factory=list)
    earlier: list[str] = field(default_factory=list)
    why: str | None = None
    """What could not be read, in a sentence."""


async def failures_of(
    run: TestRun,
    results: RunResults,
    list_runs: Callable[[], Awaitable[list[TestRun]]],
    read: Callable[[TestRun], Awaitable[RunResults]],
) -> RunFailures:
    """The failed test cases of a run, compared with earlier runs of its project.

    `list_runs` reads the runs of the project, `read` the results of one.
    """
    failed = [row for row in results.rows if result_status(row.status) in FAILED]
    failures, pasts = RunFailures(), dict[str, Past]()
    if failed:
        try:
            older = [one for one in await list_runs() if _is_before(one, run)]
            older.sort(key=lambda one: one.created_at or "", reverse=True)
            recent = older[: MOST_EARLIER * 2]  # runs without any of these test cases do not count
            found = await gather([partial(read, one) for one in recent], at_once=3)
            pasts = _pasts(dict(zip((one.key for one in recent), found, strict=True)), failed, failures)
        except PlatformError as error:
            failures.why = f"Earlier runs could not be read: {error}"
    failures.failures = [_failure(row, pasts.get(row.test_case.key, Past())) for row in failed]
    return failures


async def project_runs(api: Testsigma, project: Project) -> list[TestRun]:
    """All runs of a project."""
    found: list[TestRun] = []
    walked = await api.walk_test_runs(project.id, found.append)
    if not walked.coverage(len(found)).complete:
        note_missing(Missing(parts=Counter({"runs of the project": 1})))
    return found


def _pasts(read: Mapping[str, RunResults], failed: Sequence[RunCase], failures: RunFailures) -> dict[str, Past]:
    cases, pasts = {row.test_case.key for row in failed}, dict[str, Past]()
    for key, results in read.items():
        if results.coverage.why:
            failures.why = f"Earlier run {key} was not read whole: {results.coverage.why}."
        mine = [row for row in results.rows if row.test_case.key in cases]
        if not mine or len(failures.earlier) == MOST_EARLIER:
            continue
        failures.earlier.append(key)
        for row in mine:
            status = result_status(row.status)
            pasts.setdefault(row.test_case.key, Past()).add(key, "failed" if status in FAILED else status)
    return pasts


def _is_before(one: TestRun, run: TestRun) -> bool:
    one_at, run_at = parse_timestamp(one.created_at), parse_timestamp(run.created_at)
    return one_at is not None and run_at is not None and one_at < run_at


def _failure(row: RunCase, past: Past) -> Failure:
    return Failure(row.test_case.key, row.test_case.title, row.description, past.mark())
