"""What became of tests in earlier runs of Testomat.io."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tools.kit.history import Past
from tools.kit.toolset import Progress, no_progress
from tools.testomatio.client.runs import PER_PAGE
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.results import Result
from tools.testomatio.tools.paging import is_last
from tools.testomatio.tools.scope import Pairs

TESTS_AT_ONCE: Final = 50
"""Tests whose past is asked for in one request; an address may not become much longer."""
MOST_PAGES: Final = 12
MOST_TESTS: Final = 200


@dataclass
class History:
    """The past of several tests."""

    of: dict[str, Past] = field(default_factory=dict)
    read: int = 0
    why: str | None = None
    """What was not read, in words."""

    @property
    def runs(self) -> int:
        """How many earlier runs were looked at."""
        return len({run_id for past in self.of.values() for run_id in past.verdicts})


async def history(
    api: Testomatio,
    project: str,
    run_id: str | None,
    test_ids: Sequence[str],
    *,
    earlier: int,
    most_pages: int = MOST_PAGES,
    progress: Progress = no_progress,
) -> History:
    """Read the newest `earlier` verdicts of each test before a run, in as few requests as the platform allows.

    Without a run they are the newest of all.
    """
    told = History()
    pages = 0
    for start in range(0, min(len(test_ids), MOST_TESTS), TESTS_AT_ONCE):
        some = test_ids[start : start + TESTS_AT_ONCE]
        pasts = {test_id: told.of.setdefault(test_id, Past(is_reached=run_id is None)) for test_id in some}
        asked: Pairs = [("test_ids", ",".join(some)), ("sort", "created_at"), ("order", "desc")]
        page = 0
        while any(len(past.verdicts) < earlier for past in pasts.values()):
            if pages == most_pages:
                told.why = f"only the newest {told.read} results of these tests were read"
                break
            page, pages = page + 1, pages + 1
            answer = await api.results_page(project, asked, page)
            told.read += len(answer.data)
            for result in answer.data:
                _take(pasts, result, run_id, earlier)
            await progress(pages, None, f"{told.read} earlier results read")
            if is_last(answer.meta, page, len(answer.data), PER_PAGE * (page - 1) + len(answer.data), PER_PAGE):
                break
    if len(test_ids) > MOST_TESTS:
        told.why = f"only the first {MOST_TESTS} of {len(test_ids)} failing tests were looked up"
    return told


def _take(pasts: dict[str, Past], result: Result, run_id: str | None, earlier: int) -> None:
    past = pasts.get(result.test_id or "")
    if past is None or result.run_id is None:
        return
    if result.run_id == run_id:
        past.is_reached = True  # what came before this in the list is of later runs
    elif past.is_reached and (len(past.verdicts) < earlier or result.run_id in past.verdicts):
        past.add(result.run_id, result.status or "")
