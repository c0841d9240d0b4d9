"""The results of a run, by test and oldest first."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from tools.kit.toolset import Progress, no_progress
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.documents import Listed
from tools.testomatio.models.results import Result
from tools.testomatio.models.runs import Run
from tools.testomatio.tools.paging import drain
from tools.testomatio.tools.run_counts import Counts, counts_of
from tools.testomatio.tools.scope import Pairs

MOST_RESULTS: Final = 2000
"""Most results of a run that are read; of a larger run only the failed ones."""


@dataclass
class RunResults:
    """The results of a run by test; each row of parameter values counts as a test."""

    counts: Counts
    tests: dict[tuple[str, str], list[Result]]
    is_whole: bool
    left_out: list[str] = field(default_factory=list)

    @property
    def failing(self) -> list[Result]:
        return [results[-1] for results in self.tests.values() if results[-1].status == "failed"]

    @property
    def repeated(self) -> list[Result]:
        """Tests that failed first and passed in the end."""
        passed = [results for results in self.tests.values() if results[-1].status == "passed"]
        return [results[-1] for results in passed if any(result.status == "failed" for result in results)]

    def passed_too(self, result: Result) -> bool:
        return any(repeat.status == "passed" for repeat in self.tests[key_of(result)])


def key_of(result: Result) -> tuple[str, str]:
    return result.test_id or "", result.test_title or ""


async def results_of(api: Testomatio, project: str, run: Run, progress: Progress = no_progress) -> RunResults:
    """The results of a run, oldest first; where there are too many, only the failed ones."""
    query: Pairs = [("run_id", run.id), ("sort", "created_at"), ("order", "asc")]
    first = await api.results_page(project, query, 1)
    left_out: list[str] = []
    is_whole = (first.meta.total or 0) <= MOST_RESULTS
    if not is_whole:
        query.append(("filter[status]", "failed"))
        left_out.append(
            f"of {first.meta.total} results only the failed were read: repeats and the slowest tests are not known"
        )

    async def fetch(page: int) -> Listed[Result]:
        return first if page == 1 and is_whole else await api.results_page(project, query, page)

    read = await drain(fetch, most_pages=MOST_RESULTS // 100, progress=progress)
    if read.why:
        left_out.append(f"results: {read.why}")
    tests: dict[tuple[str, str], list[Result]] = {}
    for result in read.rows:
        if result.run_id in {None, run.id}:
            tests.setdefault(key_of(result), []).append(result)
    if is_whole and read.complete:
        counts = Counts.of(Counter(result.status for result in read.rows), len(read.rows))
    else:
        counts = await counts_of(api, project, run.id, progress=progress)
    return RunResults(counts, tests, is_whole, left_out)
