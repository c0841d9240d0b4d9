"""Runs: the list, one run with its results counted, and how they fall on suites, tags, labels, people, priorities."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from tools.kit.errors import Invalid, NotFound
from tools.kit.model import Answer
from tools.kit.page import Cursor, Limit, Page
from tools.kit.text import Key, Untrusted, quote, word
from tools.kit.toolset import Progress, Toolset, no_progress
from tools.kit.when import When, parse_timestamp, time_span
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.documents import Meta
from tools.testomatio.models.runs import OVER, Run, StatsRow
from tools.testomatio.tools.paging import drain, page_from
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Branch, Pairs, missing, of_project, on_branch
from tools.testomatio.tools.tql import Tql, all_of, checked_tql, one_of
from tools.testomatio.tools.words import ProjectWords

tool = Toolset(Testomatio, needs="api")

RunStatus = Literal["scheduled", "launching", "running", "passed", "failed", "terminated", "finished"]
RunKind = Literal["manual", "automated", "mixed"]

_IN_AN_ADDRESS = re.compile(r"/runs?/([0-9A-Za-z]{8})(?![0-9A-Za-z])")
_FLAGS: Final = frozenset({"passed", "failed", "terminated"})
"""Statuses that TQL knows by themselves."""


def bare_run(text: str) -> str:
    """A run's id, also out of the address of its page."""
    found = _IN_AN_ADDRESS.search(text)
    return found[1] if found else text.strip()


RunId = Annotated[
    str,
    AfterValidator(bare_run),
    Field(min_length=1, description="As testomatio_list_runs gives it."),
]
Until = Annotated[str | None, Field(description="As since.")]
"""The end of a time, in the forms of When, which is described beside it."""
GroupId = Annotated[str, Field(min_length=1, description="As testomatio_list_rungroups gives it.")]


class Counts(Answer):
    """How many results of a run have which status."""

    total: int = 0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    pending: int = 0
    at_least: bool | None = Field(default=None, description="True where not all results were read.")

    @classmethod
    def of(cls, by: Mapping[Any, int], total: int, *, complete: bool = True) -> "Counts":
        """Counts by status, of which a platform may have more than these."""
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
        """Results somebody or something gave."""
        return self.total - self.pending

    def said(self) -> str:
        """The counts in words."""
        words = [f"{getattr(self, name)} {name}" for name in ("passed", "failed", "skipped", "pending")]
        known = [word for word in words if not word.startswith("0 ")]
        few = "at least " if self.at_least else ""
        return f"{few}{self.total} result{'' if self.total == 1 else 's'}" + (f": {', '.join(known)}" if known else "")


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
    """Read a run, or say where ids come from.

    Raises:
        NotFound: when the project shows no such run.
    """
    await on_branch(api, project, branch)
    try:
        return await api.run(project, run_id, branch=branch)
    except NotFound as error:
        where = "testomatio_list_runs shows ids; a run of a branch needs branch."
        raise await missing(api, project, f"run {run_id[:40]!r}", where) from error


async def counts_of(api: Testomatio, project: str, run_id: str, *, progress: Progress = no_progress) -> Counts:
    """Count a run's results by status; the platform does it where it can, else they are read."""
    asked: Pairs = [("run_id", run_id)]
    try:
        told = (await api.results_page(project, [*asked, ("count", "true"), ("group_by", "status")], 1, 1)).meta
    except Invalid:  # a server that does not count by status
        told = Meta()
    if told.total is not None and sum(told.group_by.values()) == told.total:
        return Counts.of(told.group_by, told.total)
    read = await drain(lambda page: api.results_page(project, asked, page), progress=progress)
    return Counts.of(Counter(result.status for result in read.rows), len(read.rows), complete=read.complete)


def describe(run: Run) -> str:
    """A run as a question names it."""
    state = f"{word(run.status or 'no status')}, {word(run.kind or 'no kind')}"
    return f"run {word(run.id)} {quote(run.title or 'without a title')} ({state})"


class RunRow(Answer):
    """A run as a list shows it."""

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
    created_at: Key | None = None
    finished_at: Key | None = None


def row_of(run: Run) -> RunRow:
    return RunRow(
        id=run.id,
        title=run.title,
        status=run.status,
        kind=run.kind,
        env=run.env,
        rungroup_id=run.rungroup_id,
        tests=run.tests_count,
        passed=run.passed_count,
        failed=run.failed_count,
        skipped=run.skipped_count,
        created_at=run.created_at,
        finished_at=run.finished_at,
    )


def _status_query(statuses: list[RunStatus] | None) -> str | None:
    """The statuses as TQL can say them; what it cannot is left to the rows."""
    wanted = set(statuses or ())
    if not wanted:
        return None
    if wanted <= _FLAGS:
        return " or ".join(sorted(wanted))
    return "finished" if wanted <= OVER else None if wanted & OVER else "unfinished"


def _dates_query(since: datetime | None, until: datetime | None) -> str | None:
    """Whole days around the time that is meant, one more on each side: the platform's day may not be UTC's."""
    first = f"created_at >= '{since - timedelta(days=1):%Y-%m-%d}'" if since else None
    last = f"created_at < '{until + timedelta(days=2):%Y-%m-%d}'" if until else None
    return all_of(first, last)


@tool.reads(full_text_in="get_run")
async def list_runs(
    api: Testomatio,
    progress: Progress,
    text: Annotated[str | None, Field(description="Part of the title.")] = None,
    status: list[RunStatus] | None = None,
    kind: RunKind | None = None,
    env: Annotated[list[str] | None, Field(description="Any of these.")] = None,
    group_id: GroupId | None = None,
    since: When = None,
    until: Until = None,
    tql: Tql = None,
    archived: bool = False,
    branch: Branch = None,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[RunRow]:
    """List runs; since and until are the time created. tql asks for more, such as has_test_tag == 'smoke'."""
    slug = api.project_of(project)
    asked = await time_span(api, since, until)
    first, last = asked.since, asked.until
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
        """What the platform was asked for, looked at again where the row tells it."""
        made = parse_timestamp(run.created_at)
        return (
            (not status or run.status in status)
            and (kind is None or run.kind in {None, kind})
            and (not env or not run.env or bool({*map(str.casefold, env)} & {*map(str.casefold, run.env)}))
            and (first is None or made is None or made >= first)
            and (last is None or made is None or made <= last)
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
            asked=[slug, text, status, kind, env, group_id, since, until, tql, archived, branch],
        )
    if group_id and page.coverage.loaded == 0 and cursor is None:
        try:
            await api.rungroup(slug, group_id)
        except NotFound as error:
            lister = "testomatio_list_rungroups shows ids."
            raise await missing(api, slug, f"group {group_id[:40]!r}", lister) from error
    words.say(page)
    if page.items and all(row.passed is None and row.tests is None for row in page.items):
        page.note = "This server tells no counters in lists; testomatio_get_run counts the results of one run."
    return page.add_note(asked.note)


class RunWhole(Answer):
    """A run with its results counted."""

    run: Run
    results: Counts
    note: str | None = None


_COUNTERS: dict[str, Any] = {"passed_count": None, "failed_count": None, "skipped_count": None}


async def whole(api: Testomatio, project: str, run: Run, *, progress: Progress = no_progress) -> RunWhole:
    """A run with what its results say, which is the truth where its own counters say something else."""
    counts = await counts_of(api, project, run.id, progress=progress)
    own = (run.passed_count, run.failed_count, run.skipped_count)
    note = None
    if None not in own and own != (counts.passed, counts.failed, counts.skipped):
        note = (
            f"The run's own counters say {own[0]} passed, {own[1]} failed, {own[2]} skipped: they lag behind, or count "
            "a test once that was tried again."
        )
    return RunWhole(run=run.model_copy(update=_COUNTERS), results=counts, note=note)


@tool.reads(long_text=True)
async def get_run(
    api: Testomatio, progress: Progress, run_id: RunId, branch: Branch = None, project: ProjectSlug = None
) -> RunWhole:
    """Read one run, with its results counted. testomatio_get_run_report tells why it failed."""
    slug = api.project_of(project)
    return await whole(api, slug, await known_run(api, slug, run_id, branch), progress=progress)


Dimension = Literal["suites", "tags", "labels", "assignees", "priorities"]


@tool.reads()
async def get_run_stats(
    api: Testomatio,
    run_id: RunId,
    dimension: Dimension,
    sort: Literal["title", "passed_count", "failed_count", "skipped_count", "pending_count"] = "failed_count",
    order: Literal["asc", "desc"] = "desc",
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[StatsRow]:
    """Break a run's results down by suite, tag, label, person or priority."""
    slug = api.project_of(project)
    sorting = [("sort_field", sort), ("sort_direction", order)]
    try:
        return await page_from(
            lambda page: api.run_stats(slug, run_id, dimension, page, sort=sorting),
            lambda row: row,
            limit=limit,
            cursor=cursor,
            asked=[slug, run_id, dimension, sort, order],
        )
    except NotFound:
        await known_run(api, slug, run_id)
        raise
