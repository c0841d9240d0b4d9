"""Results of tests in runs: the list with its filters, and one of them whole."""

from typing import Annotated, Literal

from pydantic import Field

from tools.kit.errors import NotFound, Refused
from tools.kit.model import Answer
from tools.kit.page import Cursor, Limit, Page
from tools.kit.text import Key, Untrusted
from tools.kit.toolset import Progress, Toolset
from tools.kit.when import EPOCH, Span, When, span
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import TestId
from tools.testomatio.models.results import FullResult, Result
from tools.testomatio.tools.paging import page_from
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.runs import RunId, Until, known_run
from tools.testomatio.tools.scope import Pairs, missing, of_project

tool = Toolset(Testomatio, needs="api")

ResultStatus = Literal["passed", "failed", "skipped", "pending"]
Priority = Literal["low", "normal", "important", "high", "critical"]
ResultId = Annotated[int, Field(gt=0, description="As testomatio_list_results gives it.")]
Names = list[str] | None


async def known_result(api: Testomatio, project: str, result_id: int) -> FullResult:
    """Read a result, or say where ids come from.

    Raises:
        NotFound: when the project shows no such result.
    """
    try:
        return await api.result(project, result_id)
    except NotFound as error:
        raise await missing(api, project, f"result {result_id}", "testomatio_list_results shows ids.") from error


class ResultRow(Answer):
    """A result as a list shows it."""

    id: int
    run_id: Key | None = None
    test_id: Key | None = None
    title: Untrusted | None = None
    suite: Untrusted | None = None
    status: Key | None = None
    substatus: Untrusted | None = None
    message: Untrusted | None = None
    run_time_ms: float | None = None
    assigned_to: Untrusted | None = None


FIRST_WORDS = 300
"""Characters of a message that a row shows; the rest is in get_result."""


def shortened(message: str | None, at_most: int = FIRST_WORDS) -> str | None:
    """The beginning of a message; what follows is left to the tool that has it whole.

    It ends behind a line or a word, because half a secret is not recognised as one any more.
    """
    if message is None or len(message) <= at_most:
        return message
    head = message[: at_most + 1]
    end = max(head.rfind("\n"), 0) or max(head.rfind(" "), head.rfind("\t"), 0)
    return f"{head[:end].rstrip()}…"


def row_of(result: Result, *, run_id: str | None = None) -> ResultRow:
    return ResultRow(
        id=result.id,
        run_id=None if result.run_id == run_id else result.run_id,
        test_id=result.test_id,
        title=result.test_title,
        suite=result.suite_title,
        status=result.status,
        substatus=result.substatus,
        message=shortened(result.message),
        run_time_ms=result.run_time,
        assigned_to=result.assigned_to,
    )


def joined(values: list[str], what: str) -> str:
    """Values as the platform takes several of them: with commas between.

    Raises:
        Refused: for a value that holds one.
    """
    if bad := next((value for value in values if "," in value), None):
        raise Refused(f"{what} cannot hold a comma, as {bad[:60]!r} does: the API separates by it. Nothing was sent.")
    return ",".join(values)


@tool.reads(rest_in="get_result")
async def list_results(
    api: Testomatio,
    progress: Progress,
    run_id: RunId | None = None,
    test_ids: list[TestId] | None = None,
    status: list[ResultStatus] | None = None,
    substatus: Annotated[str | None, Field(description="Custom status.")] = None,
    kind: Literal["manual", "automated"] | None = None,
    priority: Priority | None = None,
    assignee_id: Annotated[int | None, Field(gt=0, description="As testomatio_list_users gives it.")] = None,
    text: Annotated[str | None, Field(description="Part of the test's title.")] = None,
    has_message: bool | None = None,
    has_defect: bool | None = None,
    since: When = None,
    until: Until = None,
    tags: Annotated[list[str] | None, Field(description="Of the test.")] = None,
    labels: Annotated[list[str] | None, Field(description="Of the run; so are env and group_ids.")] = None,
    env: Names = None,
    group_ids: Names = None,
    sort: Literal["created_at", "suite", "testcase", "failure"] = "created_at",
    order: Literal["asc", "desc"] = "asc",
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ResultRow]:
    """List results (testruns) of a run, or of tests across runs; since and until are the time finished."""
    slug = api.project_of(project)
    filters: Pairs = [("run_id", run_id)] if run_id else []
    filters += [("test_ids", ",".join(test_ids))] if test_ids else []
    filters += [("filter[status]", status[0])] if status and len(status) == 1 else []
    filters += [("filter[substatus]", substatus)] if substatus else []
    filters += [("filter[kind]", kind)] if kind else []
    filters += [("filter[priority]", priority)] if priority else []
    filters += [("filter[user]", assignee_id)] if assignee_id else []
    filters += [("filter[search]", text)] if text else []
    filters += [("filter[message]", str(has_message).lower())] if has_message is not None else []
    if has_defect is not None:
        filters += [("defects", "has_defects" if has_defect else "without_defects")]
    asked = await span(api, since, until)
    filters += await _finished(api, asked)
    for name, values, what in (
        ("tags", tags, "A tag"),
        ("labels", labels, "A label"),
        ("envs", env, "An environment"),
        ("rungroups", group_ids, "A group's id"),
    ):
        filters += [(name, joined(values, what))] if values else []
    # The default order differs from server to server: it is always said.
    filters += [("sort", sort), ("order", order)]

    def fits(result: Result) -> bool:
        """What the platform was asked for, looked at again where a row tells it; several statuses only here."""
        return (
            (not status or result.status in status)
            and (run_id is None or result.run_id in {None, run_id})
            and (not test_ids or result.test_id in test_ids)
        )

    with of_project(slug):
        page: Page[ResultRow] = await page_from(
            lambda number: api.results_page(slug, filters, number),
            lambda result: row_of(result, run_id=run_id),
            limit=limit,
            cursor=cursor,
            fits=fits,
            progress=progress,
            asked=[slug, filters, status],
        )
    if run_id is not None and page.coverage.loaded == 0:
        await known_run(api, slug, run_id)  # an unknown run has no results either
    return page.add_note(asked.note)


async def _finished(api: Testomatio, asked: Span) -> Pairs:
    """The time a result finished, as the platform takes it: both ends, with a comma between."""
    if asked.since is None and asked.until is None:
        return []
    first, last = asked.since or EPOCH, asked.until or await api.clock()
    return [("filter[finished_at_date_range]", f"{first:%Y-%m-%dT%H:%M:%SZ},{last:%Y-%m-%dT%H:%M:%SZ}")]


@tool.reads(long_text=True)
async def get_result(api: Testomatio, result_id: ResultId, project: ProjectSlug = None) -> FullResult:
    """Read one result whole: its message, stack and files, and what its test says; run_time is milliseconds."""
    return await known_result(api, api.project_of(project), result_id)
