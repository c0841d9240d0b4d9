"""Executions: the results of testers who went through user stories."""

from typing import Annotated

from pydantic import Field

from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.toolset import Progress, Toolset
from tools.kit.vocabulary import WordFilter
from tools.kit.when import Until, When, milliseconds, parse_timestamp, time_span
from tools.testio.client.testio import TestIO
from tools.testio.models.executions import Execution
from tools.testio.tools.bugs import Ids
from tools.testio.tools.words import OUTCOME_MEANT, OUTCOMES

tool = Toolset(TestIO)


@tool.reads(long_text=True)
async def list_user_story_executions(
    api: TestIO,
    progress: Progress,
    user_story_ids: Annotated[Ids, Field(description="From testio_list_user_stories.")] = None,
    user_story_version_ids: Annotated[Ids, Field(description="Ids of versions of user stories.")] = None,
    test_ids: Annotated[Ids, Field(description="From testio_list_exploratory_tests.")] = None,
    status: Annotated[
        list[str] | None, Field(description="pending, passed, failed, blocked, cancelled.", max_length=20)
    ] = None,
    since: When = None,
    until: Until = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Execution]:
    """List testers' results of user stories, newest first. Rows do not name their story: filter by user_story_ids."""
    period = await time_span(api, since, until)
    statuses = WordFilter("status", status, OUTCOMES, meant=OUTCOME_MEANT)
    selection: Selection[Execution] = Selection(
        lambda execution: (-milliseconds(execution.executed_at), -execution.id),
        limit=limit,
        cursor=cursor,
        filters=[user_story_ids, user_story_version_ids, test_ids, statuses.key, since, until],
    )

    def on_row(execution: Execution) -> None:
        if not statuses.fits(execution.status):
            return
        if test_ids and execution.test_id not in test_ids:
            return
        if not period.holds(parse_timestamp(execution.executed_at)):
            return
        selection.offer(execution)

    walked = await api.walk_user_story_executions(
        user_story_ids or (), user_story_version_ids or (), on_row, progress=progress
    )
    statuses.check()
    return selection.page(lambda execution: execution, walked.coverage(selection.matched), period.note)
