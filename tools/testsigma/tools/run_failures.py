"""Why a test run failed: its failed cases by what was noted of them, each new, known or flaky."""

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
    """The failures of a run, and the earlier runs they were compared with."""

    failures: list[Failure] = field(default_factory=list)
    earlier: list[str] = field(default_factory=list)
    why: str | None = None
    """What could not be read, in words."""


async def failures_of(
    run: TestRun,
    results: RunResults,
    listed: Callable[[], Awaitable[list[TestRun]]],
    read: Callable[[TestRun], Awaitable[RunResults]],
    *,
    at_most: int = MOST_EARLIER,
) -> RunFailures:
    """The failed cases of a run, seen with the runs of its project that were made before it.

    `listed` gives the runs of the project, `read` the results of one.
    """
    failed = [row for row in results.rows if result_status(row.status) in FAILED]
    told, pasts = RunFailures(), dict[str, Past]()
    if failed:
        try:
            older = [one for one in await listed() if _is_before(one, run)]
            older.sort(key=lambda one: one.created_at or "", reverse=True)
            looked = older[: at_most * 2]  # a run that holds none of these cases says nothing of them
            found = await gather([partial(read, one) for one in looked], at_once=3)
            pasts = _pasts(dict(zip((one.key for one in looked), found, strict=True)), failed, at_most, told)
        except PlatformError as error:
            told.why = f"Earlier runs could not be read: {error}"
    told.failures = [_failure(row, pasts.get(row.test_case.key, Past())) for row in failed]
    return told


async def project_runs(api: Testsigma, project: Project) -> list[TestRun]:
    """All runs of a project."""
    found: list[TestRun] = []
    walked = await api.walk_test_runs(project.id, found.append)
    if not walked.coverage(len(found)).complete:
        note_missing(Missing(parts=Counter({"runs of the project": 1})))
    return found


def _pasts(
    read: Mapping[str, RunResults], failed: Sequence[RunCase], at_most: int, told: RunFailures
) -> dict[str, Past]:
    cases, pasts = {row.test_case.key for row in failed}, dict[str, Past]()
    for key, results in read.items():
        if results.coverage.why:
            told.why = f"Earlier run {key} was not read whole: {results.coverage.why}."
        mine = [row for row in results.rows if row.test_case.key in cases]
        if not mine or len(told.earlier) == at_most:
            continue
        told.earlier.append(key)
        for row in mine:
            status = result_status(row.status)
            pasts.setdefault(row.test_case.key, Past()).add(key, "failed" if status in FAILED else status)
    return pasts


def _is_before(one: TestRun, run: TestRun) -> bool:
    made, began = parse_timestamp(one.created_at), parse_timestamp(run.created_at)
    return made is not None and began is not None and made < began


def _failure(row: RunCase, past: Past) -> Failure:
    return Failure(row.test_case.key, row.test_case.title, row.description, past.mark())
