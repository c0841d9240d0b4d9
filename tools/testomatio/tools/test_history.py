"""A test's results over its runs."""

from functools import partial
from typing import Annotated, Final

from pydantic import Field

from tools.kit.failure_groups import first_words
from tools.kit.history import Outcome, TestHistory, history_of
from tools.kit.text import many
from tools.kit.toolset import Progress, Toolset
from tools.kit.vocabulary import Status, shared_word
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import TestId
from tools.testomatio.models.results import Result
from tools.testomatio.models.runs import Run
from tools.testomatio.tools.paging import page_from
from tools.testomatio.tools.placing import known_test
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.run_names import env_of, runs_by_id
from tools.testomatio.tools.scope import Pairs, of_project

tool = Toolset(Testomatio, needs="api")

STATUSES: Final[dict[str, Status]] = {
    "passed": "passed",
    "failed": "failed",
    "skipped": "skipped",
    "pending": "queued",
}


def outcome_of(result: Result, runs: dict[str, Run]) -> Outcome:
    run = runs.get(result.run_id or "")
    return Outcome(
        run_id=result.run_id or "?",
        run=run.title if run is not None else None,
        environment=env_of(run),
        at=result.finished_at or result.created_at or (run.finished_at if run is not None else None),
        status=shared_word(result.status, STATUSES, "unknown"),
        said=result.substatus or result.status,
        result_id=str(result.id),
        error=first_words(result.message, 160),
    )


@tool.reads(full_text_in="get_result")
async def get_test_history(
    api: Testomatio,
    progress: Progress,
    test_id: TestId,
    newest: Annotated[int, Field(ge=1, le=100, description="Results to read.")] = 20,
    project: ProjectSlug = None,
) -> TestHistory:
    """Tell whether a test is flaky or broken, and since when, from its results over runs."""
    slug = api.project_of(project)
    query: Pairs = [("test_ids", test_id), ("sort", "created_at"), ("order", "desc")]
    with of_project(slug):
        page = await page_from(
            partial(api.results_page, slug, query),
            limit=newest,
            cursor=None,
            fits=lambda result: result.test_id in {None, test_id} and result.status != "pending",
            progress=progress,
        )
    results: list[Result] = page.items
    if not results:
        await known_test(api, slug, test_id, [])  # an unknown test has no results either
    runs = await runs_by_id(api, slug, [result.run_id for result in results])
    title = next((result.test_title for result in results if result.test_title), None)
    why = (
        None if page.next_cursor is None else f"only the newest {many(len(results), 'result')} were read; raise newest"
    )
    return history_of([outcome_of(result, runs) for result in results], test_id=test_id, title=title, why=why)
