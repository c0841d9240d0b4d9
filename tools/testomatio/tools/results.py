"""Results of tests in runs: the filtered list, and one result in full."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from tools.kit.errors import Refused
from tools.kit.failure_groups import first_words
from tools.kit.model import Answer, answer_from
from tools.kit.page import Cursor, Limit, Page, digest
from tools.kit.text import Key, Untrusted
from tools.kit.toolset import Progress, Toolset
from tools.kit.when import EPOCH, TimeSpan, When, time_span
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.documents import Listed
from tools.testomatio.models.ids import TestId
from tools.testomatio.models.results import UNCLEAR, FullResult, Result, known_ms, unclear_run_time
from tools.testomatio.tools.paging import drain, page_from, page_of
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.run_names import env_of, runs_by_id
from tools.testomatio.tools.runs import Order, RunId, Until, known_run
from tools.testomatio.tools.scope import Pairs, found_in, of_project
from tools.testomatio.tools.words import ProjectWords, seen_instead

tool = Toolset(Testomatio, needs="api")

ResultStatus = Annotated[Literal["passed", "failed", "skipped", "pending"], Field(description="pending: not run.")]
Statuses = Annotated[list[ResultStatus] | None, Field(description="Any of these.")]
Priority = Annotated[
    Literal["low", "normal", "important", "high", "critical"], Field(description="Priority of the test.")
]
ResultId = Annotated[int, Field(gt=0, description="From testomatio_list_results.")]
Names = list[str] | None


async def known_result(api: Testomatio, project: str, result_id: int) -> FullResult:
    """Read a result, or say where ids come from."""
    where = "testomatio_list_results shows ids."
    return await found_in(api, project, api.result(project, result_id), f"result {result_id}", where)


class ResultRow(Answer):
    """A result as a list shows it."""

    id: int
    run_id: Key | None = None
    run: Untrusted | None = Field(default=None, description="Title; left out where run_id was given.")
    env: Untrusted | None = None
    at: Key | None = Field(default=None, description="When it finished, or its run did.")
    test_id: Key | None = None
    title: Untrusted | None = None
    suite: Untrusted | None = None
    status: Key | None = None
    substatus: Untrusted | None = None
    message: Untrusted | None = None
    run_time_ms: float | None = None
    run_time: float | None = Field(default=None, description=UNCLEAR)
    assigned_to: Untrusted | None = None


def row_of(result: Result, *, run_id: str | None = None) -> ResultRow:
    return answer_from(
        ResultRow,
        result,
        run_id=None if result.run_id == run_id else result.run_id,
        at=result.finished_at or result.created_at,
        title=result.test_title,
        suite=result.suite_title,
        message=first_words(result.message),
        run_time_ms=known_ms(result.run_time),
        run_time=unclear_run_time(result.run_time),
    )


def joined(values: list[str], what: str) -> str:
    """Join values with commas, as the platform takes them.

    Raises:
        Refused: for a value that contains a comma.
    """
    if bad := next((value for value in values if "," in value), None):
        raise Refused(f"{what} cannot contain a comma, as {bad[:60]!r} does: the API separates values by it.")
    return ",".join(values)


@tool.reads(full_text_in="get_result")
async def list_results(
    api: Testomatio,
    progress: Progress,
    run_id: RunId | None = None,
    test_ids: Annotated[list[TestId] | None, Field(description="From testomatio_list_tests.")] = None,
    status: Statuses = None,
    substatus: Annotated[str | None, Field(description="Such as Known issue.")] = None,
    kind: Annotated[Literal["manual", "automated"] | None, Field(description="How the test was run.")] = None,
    priority: Priority | None = None,
    assignee_id: Annotated[int | None, Field(gt=0, description="From testomatio_list_users.")] = None,
    text: Annotated[str | None, Field(description="Part of the title.")] = None,
    has_message: Annotated[bool | None, Field(description="Only with a message, or only without.")] = None,
    has_defect: Annotated[bool | None, Field(description="Only with a linked defect, or only without.")] = None,
    since: When = None,
    until: Until = None,
    tags: Annotated[Names, Field(description="Of the test.")] = None,
    labels: Annotated[Names, Field(description="Of the run: Label or Label:value.")] = None,
    env: Annotated[Names, Field(description="Of the run.")] = None,
    group_ids: Annotated[Names, Field(description="From testomatio_list_rungroups.")] = None,
    sort: Annotated[
        Literal["created_at", "suite", "testcase", "failure"], Field(description="failure: failed first.")
    ] = "created_at",
    order: Order = "asc",
    latest_only: Annotated[bool, Field(description="Only the newest result of each test.")] = False,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ResultRow]:
    """List results (testruns) of a run, or of tests across runs; since: when finished."""
    slug = api.project_of(project)
    if latest_only:
        _of_the_latest(substatus=substatus, has_message=has_message, has_defect=has_defect)
    filters: Pairs = [("run_id", run_id)] if run_id else []
    filters += [("test_ids", ",".join(test_ids))] if test_ids else []
    filters += [("filter[status]", status[0])] if status and len(status) == 1 and not latest_only else []
    filters += [("filter[substatus]", substatus)] if substatus else []
    filters += [("filter[kind]", kind)] if kind else []
    filters += [("filter[priority]", priority)] if priority else []
    filters += [("filter[user]", assignee_id)] if assignee_id else []
    filters += [("filter[search]", text)] if text else []
    filters += [("filter[message]", str(has_message).lower())] if has_message is not None else []
    if has_defect is not None:
        filters += [("defects", "has_defects" if has_defect else "without_defects")]
    for values, what in ((tags, "A tag"), (labels, "A label"), (env, "An environment"), (group_ids, "A group's id")):
        joined(values or [], what)  # refused before the project's words are read
    span = await time_span(api, since, until)
    filters += await _finished(api, span)
    words = ProjectWords(api, slug)
    tags, labels, env = await words.tags(tags), await words.labels(labels), await words.environments(env)
    for name, values, what in (
        ("tags", tags, "A tag"),
        ("labels", labels, "A label"),
        ("envs", env, "An environment"),
        ("rungroups", group_ids, "A group's id"),
    ):
        filters += [(name, joined(values, what))] if values else []
    # Always send the order: servers differ in their default.
    filters += [("sort", "created_at"), ("order", "desc")] if latest_only else [("sort", sort), ("order", order)]

    def fits(result: Result) -> bool:
        """Apply the filters again where a row has the field; several statuses are filtered only here."""
        return (
            (latest_only or not status or result.status in status)
            and (run_id is None or result.run_id in {None, run_id})
            and (not test_ids or result.test_id in test_ids)
        )

    fetch, to_row = partial(api.results_page, slug, filters), partial(row_of, run_id=run_id)
    query = [slug, filters, status]
    with of_project(slug):
        page: Page[ResultRow]
        if latest_only:
            page = await _latest(fetch, to_row, fits, status, limit, cursor, progress, query)
        else:
            page = await page_from(fetch, to_row, limit=limit, cursor=cursor, fits=fits, progress=progress, query=query)
    if run_id is None:
        runs = await runs_by_id(api, slug, [row.run_id for row in page.items])
        for row in page.items:
            if (run := runs.get(row.run_id or "")) is not None:
                row.run, row.env = run.title, env_of(run)
                row.at = row.at or run.finished_at or run.launched_at or run.created_at
    if run_id is not None and page.coverage.loaded == 0:
        await known_run(api, slug, run_id)  # an unknown run has no results either
    if page.coverage.matched == 0 and cursor is None:
        others = [pair for pair in filters if pair[0] != "filter[substatus]"]
        words.say(
            page,
            await seen_instead("custom status", substatus, lambda n: api.results_page(slug, others, n), _substatus)
            if substatus
            else None,
            "assignee_id is an id of testomatio_list_users." if assignee_id else None,
            "group_ids are ids of testomatio_list_rungroups." if group_ids else None,
        )
    return page.add_note(span.note)


def _substatus(result: Result) -> str | None:
    return result.substatus


def _of_the_latest(**filters: Any) -> None:
    """Refuse filters that would let the platform show an older result as the latest.

    Raises:
        Refused: for any that has a value.
    """
    if names := [name for name, value in filters.items() if value is not None]:
        raise Refused(
            f"latest_only cannot be combined with {' and '.join(names)}: an older result would pass for the latest. "
            "Use status, or leave latest_only out."
        )


async def _latest(
    fetch: Callable[[int], Awaitable[Listed[Result]]],
    to_row: Callable[[Result], ResultRow],
    fits: Callable[[Result], bool],
    status: list[ResultStatus] | None,
    limit: int,
    cursor: str | None,
    progress: Progress,
    query: list[Any],
) -> Page[ResultRow]:
    """The newest result of each test, of results that come newest first; pending ones do not count."""
    read = await drain(fetch, progress=progress)
    latest: dict[tuple[str, str], Result] = {}
    for result in read.rows:
        if fits(result) and result.status != "pending":
            latest.setdefault((result.test_id or "", result.test_title or ""), result)
    rows = [to_row(result) for result in latest.values() if not status or result.status in status]
    filters = digest(query=[*query, "latest"])
    return page_of(rows, loaded=len(read.rows), why=read.why, limit=limit, cursor=cursor, filters=filters)


async def _finished(api: Testomatio, span: TimeSpan) -> Pairs:
    """The filter by when a result finished: the platform needs both ends."""
    if span.since is None and span.until is None:
        return []
    first, last = span.since or EPOCH, span.until or await api.clock()
    return [("filter[finished_at_date_range]", f"{first:%Y-%m-%dT%H:%M:%SZ},{last:%Y-%m-%dT%H:%M:%SZ}")]


@tool.reads(long_text=True)
async def get_result(api: Testomatio, result_id: ResultId, project: ProjectSlug = None) -> FullResult:
    """Read one result in full: message, stack, files, its test's description; run_time in milliseconds."""
    return await known_result(api, api.project_of(project), result_id)
