"""Runs: the list, one run with its results counted, and its results by suite, tag, label, assignee or priority."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from tools.kit.errors import NotFound
from tools.kit.model import Answer, answer_from
from tools.kit.page import Cursor, Limit, Page
from tools.kit.text import Key, Untrusted, quote, word
from tools.kit.toolset import Progress, Toolset, no_progress
from tools.kit.when import When, parse_timestamp, time_span
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.runs import OVER, Run, Rungroup, StatsRow
from tools.testomatio.tools.paging import page_from
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.run_counts import Counts, counters_of, counts_of
from tools.testomatio.tools.scope import Branch, found_in, of_project, on_branch
from tools.testomatio.tools.tql import Tql, all_of, checked_tql, one_of
from tools.testomatio.tools.words import ProjectWords

tool = Toolset(Testomatio, needs="api")

RunStatus = Literal["scheduled", "launching", "running", "passed", "failed", "terminated", "finished"]
RunKind = Annotated[Literal["manual", "automated", "mixed"], Field(description="How its tests are run.")]

_RUN_URL = re.compile(r"/runs?/([0-9A-Za-z]{8})(?![0-9A-Za-z])")
_FLAGS: Final = frozenset({"passed", "failed", "terminated"})
"""Statuses that TQL has as words of their own."""


def bare_run(text: str) -> str:
    """A run's id, also taken from the URL of its page."""
    found = _RUN_URL.search(text)
    return found[1] if found else text.strip()


def web_page(api: Testomatio, project: str, run_id: str) -> str | None:
    """The page of a run in the web app, in the form that the vendor's reporters print; a fake API has none."""
    return None if api.is_sandbox else f"{api.base_url}/projects/{project}/runs/{run_id}"


RunId = Annotated[
    str,
    AfterValidator(bare_run),
    Field(min_length=1, description="From testomatio_list_runs."),
]
Order = Annotated[Literal["asc", "desc"], Field(description="asc: lowest first.")]
Until = Annotated[str | None, Field(description="As since.")]
"""The end of a time span, in the forms of When."""
GroupId = Annotated[str, Field(min_length=1, description="From testomatio_list_rungroups.")]


class RunState(Answer):
    """A run by its status, with its results counted."""

    id: Key
    title: Untrusted | None = None
    status: Key | None
    results: Counts | None = None

    @classmethod
    def of(cls, run: Run, results: Counts | None = None) -> "RunState":
        return cls(id=run.id, title=run.title, status=run.status, results=results)


async def known_run(api: Testomatio, project: str, run_id: str, branch: str | None = None) -> Run:
    """Read a run, or say where ids come from."""
    await on_branch(api, project, branch)
    where = "testomatio_list_runs shows ids; a run of a branch needs branch."
    return await found_in(api, project, api.run(project, run_id, branch=branch), f"run {run_id[:40]!r}", where)


async def known_group(api: Testomatio, project: str, group_id: str) -> Rungroup:
    """Read a group of runs, or say where ids come from."""
    where = "testomatio_list_rungroups shows ids."
    return await found_in(api, project, api.rungroup(project, group_id), f"group {group_id[:40]!r}", where)


def describe(run: Run) -> str:
    """A run as a question names it."""
    state = f"{word(run.status or 'no status')}, {word(run.kind or 'no kind')}"
    return f"run {word(run.id)} {quote(run.title or 'without a title')} ({state})"


class RunFacts(Answer):
    """The fields of a run that every list of runs shows."""

    id: Key
    title: Untrusted | None = None
    status: Key | None = None
    kind: Key | None = None
    env: list[Untrusted] = Field(default_factory=list)
    rungroup_id: Key | None = None
    tests: int | None = None
    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None


class RunRow(RunFacts):
    """A run as a list shows it."""

    created_at: Key | None = None
    finished_at: Key | None = None


def row_of(run: Run) -> RunRow:
    return answer_from(RunRow, run, **counters_of(run))


def _status_query(statuses: list[RunStatus] | None) -> str | None:
    """The statuses as far as TQL can express them; the rows are filtered by the rest."""
    wanted = set(statuses or ())
    if not wanted:
        return None
    if wanted <= _FLAGS:
        return " or ".join(sorted(wanted))
    return "finished" if wanted <= OVER else None if wanted & OVER else "unfinished"


def _dates_query(since: datetime | None, until: datetime | None) -> str | None:
    """Whole days around the time span, with one more on each side: the platform's day may not be UTC's."""
    first = f"created_at >= '{since - timedelta(days=1):%Y-%m-%d}'" if since else None
    last = f"created_at < '{until + timedelta(days=2):%Y-%m-%d}'" if until else None
    return all_of(first, last)


@tool.reads(full_text_in="get_run")
async def list_runs(
    api: Testomatio,
    progress: Progress,
    text: Annotated[str | None, Field(description="Part of the title.")] = None,
    status: Annotated[list[RunStatus] | None, Field(description="Any of these.")] = None,
    kind: RunKind | None = None,
    env: Annotated[list[str] | None, Field(description="Any of these.")] = None,
    group_id: GroupId | None = None,
    since: When = None,
    until: Until = None,
    tql: Annotated[Tql, Field(description="Such as has_test_tag == 'smoke'.")] = None,
    archived: Annotated[bool, Field(description="List archived runs instead.")] = False,
    branch: Branch = None,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[RunRow]:
    """List test runs; since: when created."""
    slug = api.project_of(project)
    span = await time_span(api, since, until)
    first, last = span.since, span.until
    words = ProjectWords(api, slug)
    env = await words.environments(env)
    query = all_of(
        checked_tql(tql, "runs") if tql is not None else None,
        _status_query(status),
        kind,
        one_of("env", env) if env else None,
        _dates_query(first, last),
        "archived" if archived else None,
    )
    filters = await on_branch(api, slug, branch)
    filters += [("search", text)] if text else []
    filters += [("groupId", group_id)] if group_id else []
    filters += [("tql", query)] if query else []
    filters += [] if archived else [("filter[archived]", "false")]

    def fits(run: Run) -> bool:
        """Apply the filters again where the row has the field: some servers ignore them."""
        created = parse_timestamp(run.created_at)
        return (
            (not status or run.status in status)
            and (kind is None or run.kind in {None, kind})
            and (not env or not run.env or bool({*map(str.casefold, env)} & {*map(str.casefold, run.env)}))
            and (first is None or created is None or created >= first)
            and (last is None or created is None or created <= last)
            and (group_id is None or run.rungroup_id in {None, group_id})
        )

    with of_project(slug):
        page = await page_from(
            lambda number: api.runs_page(slug, filters, number),
            row_of,
            limit=limit,
            cursor=cursor,
            fits=fits,
            progress=progress,
            query=[slug, text, status, kind, env, group_id, since, until, tql, archived, branch],
        )
    if group_id and page.coverage.loaded == 0 and cursor is None:
        await known_group(api, slug, group_id)
    words.say(page)
    if page.items and all(row.passed is None and row.tests is None for row in page.items):
        page.note = "This server has no counters in lists; testomatio_get_run counts the results of one run."
    return page.add_note(span.note)


class RunWhole(Answer):
    """A run with its results counted."""

    run: Run
    results: Counts
    note: str | None = None


_COUNTERS: dict[str, Any] = {"passed_count": None, "failed_count": None, "skipped_count": None}


async def whole_run(api: Testomatio, project: str, run: Run, *, progress: Progress = no_progress) -> RunWhole:
    """Count a run's results, which are right where the run's own counters differ."""
    counts = await counts_of(api, project, run.id, progress=progress)
    own = (run.passed_count, run.failed_count, run.skipped_count)
    note = None
    if None not in own and own != (counts.passed, counts.failed, counts.skipped):
        note = (
            f"The run's own counters say {own[0]} passed, {own[1]} failed, {own[2]} skipped: they lag behind, or count "
            "a repeated test once."
        )
    return RunWhole(run=run.model_copy(update=_COUNTERS), results=counts, note=note)


@tool.reads(long_text=True)
async def get_run(
    api: Testomatio, progress: Progress, run_id: RunId, branch: Branch = None, project: ProjectSlug = None
) -> RunWhole:
    """Read one run, with its results counted. testomatio_get_run_report says why it failed."""
    slug = api.project_of(project)
    return await whole_run(api, slug, await known_run(api, slug, run_id, branch), progress=progress)


Dimension = Annotated[
    Literal["suites", "tags", "labels", "assignees", "priorities"], Field(description="What to group results by.")
]


@tool.reads()
async def get_run_stats(
    api: Testomatio,
    run_id: RunId,
    dimension: Dimension,
    sort: Annotated[
        Literal["title", "passed_count", "failed_count", "skipped_count", "pending_count"],
        Field(description="Field to sort by."),
    ] = "failed_count",
    order: Order = "desc",
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[StatsRow]:
    """Count a run's results by suite, tag, label, assignee or priority."""
    slug = api.project_of(project)
    sorting = [("sort_field", sort), ("sort_direction", order)]
    try:
        return await page_from(
            lambda page: api.run_stats(slug, run_id, dimension, page, sort=sorting),
            limit=limit,
            cursor=cursor,
            query=[slug, run_id, dimension, sort, order],
        )
    except NotFound:
        await known_run(api, slug, run_id)
        raise
