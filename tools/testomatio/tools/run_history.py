"""Earlier results of tests in Testomat.io."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tools.kit.history import Past
from tools.kit.toolset import Progress, no_progress
from tools.testomatio.client.runs import PER_PAGE
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.results import Result
from tools.testomatio.tools.reading import is_last
from tools.testomatio.tools.scope import Pairs

TESTS_AT_ONCE: Final = 50
"""Tests in one request; more would make the URL too long."""
MOST_PAGES: Final = 12
MOST_TESTS: Final = 200


@dataclass
class History:
    """The earlier results of several tests."""

    of: dict[str, Past] = field(default_factory=dict)
    read: int = 0
    why: str | None = None
    """What was not read."""

    @property
    def runs(self) -> int:
        """How many earlier runs were read."""
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

    Without a run, read the newest verdicts of all.
    """
    found = History()
    pages = 0
    for start in range(0, min(len(test_ids), MOST_TESTS), TESTS_AT_ONCE):
        some = test_ids[start : start + TESTS_AT_ONCE]
        pasts = {test_id: found.of.setdefault(test_id, Past(is_reached=run_id is None)) for test_id in some}
        query: Pairs = [("test_ids", ",".join(some)), ("sort", "created_at"), ("order", "desc")]
        page = 0
        while any(len(past.verdicts) < earlier for past in pasts.values()):
            if pages == most_pages:
                found.why = f"only the newest {found.read} results of these tests were read"
                break
            page, pages = page + 1, pages + 1
            answer = await api.results_page(project, query, page)
            found.read += len(answer.data)
            for result in answer.data:
                _take(pasts, result, run_id, earlier)
            await progress(pages, None, f"{found.read} earlier results read")
            if is_last(answer.meta, page, len(answer.data), PER_PAGE * (page - 1) + len(answer.data), PER_PAGE):
                break
    if len(test_ids) > MOST_TESTS:
        found.why = f"only the first {MOST_TESTS} of {len(test_ids)} failing tests were looked up"
    return found


def _take(pasts: dict[str, Past], result: Result, run_id: str | None, earlier: int) -> None:
    past = pasts.get(result.test_id or "")
    if past is None or result.run_id is None:
        return
    if result.run_id == run_id:
        past.is_reached = True  # results listed before this one are from later runs
    elif past.is_reached and (len(past.verdicts) < earlier or result.run_id in past.verdicts):
        past.add(result.run_id, result.status or "")
