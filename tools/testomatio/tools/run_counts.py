"""How many results of a run have each status."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from tools.kit.errors import Invalid
from tools.kit.model import Answer
from tools.kit.toolset import Progress, no_progress
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.documents import Meta
from tools.testomatio.models.runs import Run
from tools.testomatio.tools.paging import drain
from tools.testomatio.tools.scope import Pairs


class Counts(Answer):
    """How many results of a run have each status."""

    total: int = 0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    pending: int = 0
    at_least: bool | None = Field(default=None, description="True where not all results were read.")

    @classmethod
    def of(cls, by: Mapping[Any, int], total: int, *, complete: bool = True) -> "Counts":
        """Take the counts of these statuses; a platform may have more."""
        return cls(
            total=total,
            passed=by.get("passed", 0),
            failed=by.get("failed", 0),
            skipped=by.get("skipped", 0),
            pending=by.get("pending", 0),
            at_least=None if complete else True,
        )

    @property
    def done(self) -> int:
        """Results that are no longer pending."""
        return self.total - self.pending

    def describe(self) -> str:
        """Say the counts in words."""
        words = [f"{getattr(self, name)} {name}" for name in ("passed", "failed", "skipped", "pending")]
        known = [word for word in words if not word.startswith("0 ")]
        few = "at least " if self.at_least else ""
        return f"{few}{self.total} result{'' if self.total == 1 else 's'}" + (f": {', '.join(known)}" if known else "")


async def counts_of(api: Testomatio, project: str, run_id: str, *, progress: Progress = no_progress) -> Counts:
    """Count a run's results by status: the platform does it where it can, else they are read."""
    query: Pairs = [("run_id", run_id)]
    try:
        meta = (await api.results_page(project, [*query, ("count", "true"), ("group_by", "status")], 1, 1)).meta
    except Invalid:  # a server that does not count by status
        meta = Meta()
    if meta.total is not None and sum(meta.group_by.values()) == meta.total:
        return Counts.of(meta.group_by, meta.total)
    read = await drain(lambda page: api.results_page(project, query, page), progress=progress)
    return Counts.of(Counter(result.status for result in read.rows), len(read.rows), complete=read.complete)


def counters_of(run: Run) -> dict[str, int | None]:
    """The run's own counters, under the names of rows."""
    return {
        "tests": run.tests_count,
        "passed": run.passed_count,
        "failed": run.failed_count,
        "skipped": run.skipped_count,
    }
