"""The results of a test case over the runs of its project."""

from functools import partial
from typing import Annotated, Final

from pydantic import Field

from tools.kit.failure_groups import first_words
from tools.kit.history import Outcome, TestHistory, history_of
from tools.kit.together import gather
from tools.kit.toolset import Progress, Toolset
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.test_runs import RunCase, TestRun
from tools.testsigma.tools.case_view import known_case
from tools.testsigma.tools.identity import CaseId, ProjectOfId, newest_first
from tools.testsigma.tools.run_view import RunResults, results_of
from tools.testsigma.tools.statuses import result_status

tool = Toolset(Testsigma)

SHORT: Final = 160


def outcome_of(run: TestRun, row: RunCase) -> Outcome:
    return Outcome(
        run_id=run.key,
        run=run.title,
        environment=", ".join(sorted(run.environments)) or None,
        at=row.updated_at or run.start_date or run.created_at,
        status=result_status(row.status),
        said=row.status,
        error=first_words(row.description, SHORT),
    )


@tool.reads(full_text_in="get_run_results")
async def get_test_history(
    api: Testsigma,
    progress: Progress,
    case_id: CaseId,
    project: ProjectOfId = None,
    runs: Annotated[int, Field(ge=1, le=50, description="Newest runs to read.")] = 15,
) -> TestHistory:
    """Tell whether a test case is flaky or broken, and since when, from its results over runs.

    A run keeps only the last result of a case.
    """
    owner, case = await known_case(api, case_id, project)
    found: list[TestRun] = []
    walked = await api.walk_test_runs(owner.id, found.append, progress=progress)
    found.sort(key=newest_first)
    recent = found[:runs]
    read: list[RunResults] = await gather([partial(results_of, api, owner, run) for run in recent], at_once=3)
    outcomes = [
        outcome_of(run, row)
        for run, results in zip(recent, read, strict=True)
        for row in results.rows
        if case.id == row.test_case.id or case.key == row.test_case.key
    ]
    whys = [f"only the newest {runs} of {len(found)} runs were read; raise runs" if len(found) > runs else None]
    whys += [walked.coverage(len(found)).why, *(results.coverage.why for results in read)]
    why = "; ".join(filter(None, whys)) or None
    return history_of(outcomes, test_id=case.key, title=case.title, why=why)
