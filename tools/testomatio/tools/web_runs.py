"""What only the web app's API shows of runs and results: durations, archived runs, parameter values, files."""

from functools import partial
from typing import Annotated

from pydantic import Field

from tools.kit.errors import Refused
from tools.kit.failure_groups import first_words
from tools.kit.model import Answer, answer_from
from tools.kit.page import Cursor, Limit, Page
from tools.kit.text import Key, Untrusted
from tools.kit.toolset import Progress, Toolset
from tools.kit.when import EPOCH, When, parse_timestamp, time_span
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import TestId
from tools.testomatio.models.results import UNCLEAR, WebResult, known_ms, unclear_run_time
from tools.testomatio.models.runs import WebRun
from tools.testomatio.tools.paging import page_from
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.results import ResultId, Statuses
from tools.testomatio.tools.run_counts import counters_of
from tools.testomatio.tools.runs import GroupId, RunFacts, RunId, Until
from tools.testomatio.tools.scope import Pairs, found_in, of_project

tool = Toolset(Testomatio, needs="web")

PER_PAGE = 50
"""The fixed page size of the web app's API, family B."""


class WebRunRow(RunFacts):
    """A run as a list of the web app shows it."""

    duration_s: float | None = None
    created_at: Key | None = None
    finished_at: Key | None = None
    archived: bool | None = None


def row_of(run: WebRun) -> WebRunRow:
    archived = run.is_archived or None
    return answer_from(WebRunRow, run, **counters_of(run), duration_s=run.duration, archived=archived)


@tool.reads(full_text_in="get_run_details")
async def list_group_runs(
    api: Testomatio,
    progress: Progress,
    group_id: GroupId | None = None,
    nested: Annotated[bool, Field(description="Include the runs of its subgroups.")] = True,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[WebRunRow]:
    """List the runs of a group and its subgroups, or of the project, with counters and durations."""
    slug = api.project_of(project)
    filters: Pairs = [("group_id", group_id), ("per_page", PER_PAGE)] if group_id else []
    filters += [("nested", "true")] if group_id and nested else []
    with of_project(slug):
        return await page_from(
            lambda page: api.web_runs_page(slug, filters, page),
            row_of,
            limit=limit,
            cursor=cursor,
            per_page=PER_PAGE,
            progress=progress,
            query=[slug, filters],
        )


@tool.reads(full_text_in="get_run_details")
async def list_archived_runs(
    api: Testomatio, progress: Progress, project: ProjectSlug = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[WebRunRow]:
    """List archived runs."""
    slug = api.project_of(project)
    with of_project(slug):
        return await page_from(
            lambda page: api.archived_runs_page(slug, page),
            row_of,
            limit=limit,
            cursor=cursor,
            per_page=PER_PAGE,
            progress=progress,
            query=[slug],
        )


async def known_web_run(api: Testomatio, project: str, run_id: str) -> WebRun:
    """Read a run from the web app's API, or say where ids come from."""
    where = "testomatio_list_runs shows ids."
    return await found_in(api, project, api.web_run(project, run_id), f"run {run_id[:40]!r}", where)


@tool.reads(long_text=True)
async def get_run_details(api: Testomatio, run_id: RunId, project: ProjectSlug = None) -> WebRun:
    """Read what the web app shows of a run: duration, custom statuses, who ran it, archived or public."""
    return await known_web_run(api, api.project_of(project), run_id)


class WebResultRow(Answer):
    """A result as a list of the web app shows it."""

    id: int
    run_id: Key | None = None
    test_id: Key | None = None
    title: Untrusted | None = None
    status: Key | None = None
    substatus: Untrusted | None = None
    message: Untrusted | None = None
    run_time_ms: float | None = None
    run_time: float | None = Field(default=None, description=UNCLEAR)
    priority: Key | None = None
    tags: list[Untrusted] = Field(default_factory=list)
    example: dict[Untrusted, Untrusted] | None = Field(default=None, description="Values by parameter.")
    files: int | None = None
    finished_at: Key | None = None


def result_row(result: WebResult) -> WebResultRow:
    return answer_from(
        WebResultRow,
        result,
        title=result.test_title,
        message=first_words(result.message),
        run_time_ms=known_ms(result.run_time),
        run_time=unclear_run_time(result.run_time),
        files=len(result.files) or None,
    )


@tool.reads(full_text_in="get_result_details")
async def list_result_details(
    api: Testomatio,
    progress: Progress,
    run_id: RunId | None = None,
    test_id: TestId | None = None,
    status: Statuses = None,
    since: When = None,
    until: Until = None,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[WebResultRow]:
    """List results of a run, or of a test across runs, with priority, tags, parameter values and files."""
    if run_id is None and test_id is None:
        raise Refused("Give run_id or test_id.")
    slug = api.project_of(project)
    filters: Pairs = [("run_id", run_id)] if run_id else []
    filters += [("test_id", test_id)] if test_id else []
    span = await time_span(api, since, until)
    first, last = span.since, span.until
    if first or last:
        # The API takes whole days and needs both; `fits` compares the times.
        days = (first or EPOCH, last or await api.clock())
        filters += [("finished_at_date_range", f"{days[0]:%Y-%m-%d},{days[1]:%Y-%m-%d}")]

    def fits(result: WebResult) -> bool:
        finished = parse_timestamp(result.finished_at)
        return (
            (not status or result.status in status)
            and (test_id is None or result.test_id in {None, test_id})
            and (run_id is None or result.run_id in {None, run_id})
            and (finished is None or ((first is None or finished >= first) and (last is None or finished <= last)))
        )

    with of_project(slug):
        page: Page[WebResultRow] = await page_from(
            partial(api.web_results_page, slug, filters),
            result_row,
            limit=limit,
            cursor=cursor,
            per_page=PER_PAGE,
            fits=fits,
            progress=progress,
            query=[slug, filters, status, since, until],
        )
    if run_id is not None and page.coverage.loaded == 0:
        await known_web_run(api, slug, run_id)  # an unknown run has no results either
    return page.add_note(span.note)


@tool.reads(full_text_in="get_result")
async def get_result_details(api: Testomatio, result_id: ResultId, project: ProjectSlug = None) -> WebResult:
    """Read what the web app shows of a result: parameter values, priority, tags, files, extra fields."""
    slug = api.project_of(project)
    where = "testomatio_list_results shows ids."
    return await found_in(api, slug, api.web_result(slug, result_id), f"result {result_id}", where)
