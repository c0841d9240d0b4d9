"""The survey of Testomat.io: its runs, what failed or is pending in them, and its tests by title."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from tools.kit.errors import PlatformError, Refused
from tools.kit.evidence import TestResult
from tools.kit.run_failures import Failure
from tools.kit.survey import Found, Kind, Query, Results, RunRow, RunStory, Survey, Untested, run_story
from tools.kit.text import clean
from tools.kit.together import gather
from tools.kit.vocabulary import Status, shared_word
from tools.kit.when import milliseconds, parse_timestamp
from tools.testomatio.client.credentials import PROJECT
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.results import Result
from tools.testomatio.models.runs import Run
from tools.testomatio.tools.lookup import PLATFORM, found_row, in_project, suites_called
from tools.testomatio.tools.paging import drain
from tools.testomatio.tools.run_counts import counts_of
from tools.testomatio.tools.run_history import History, history
from tools.testomatio.tools.run_report import counted_otherwise, mark_of, without_stack
from tools.testomatio.tools.run_results import results_of
from tools.testomatio.tools.runs import bare_run, known_run, web_page
from tools.testomatio.tools.scope import Pairs, opens_web
from tools.testomatio.tools.test_history import STATUSES as RESULTS
from tools.testomatio.tools.tql import all_of, quoted

T = TypeVar("T")

MOST_PROJECTS: Final = 10
MOST_PAGES: Final = 10
EARLIER: Final = 5
MOST_COUNTED: Final = 10
"""Most runs whose results are read, as each takes a request or more."""

STATUSES: Final[dict[str, Status]] = {
    "scheduled": "queued",
    "launching": "running",
    "running": "running",
    "passed": "passed",
    "failed": "failed",
    "terminated": "cancelled",
}
"""`finished` is left out: it says only that the run is over, so it is `unknown`."""


async def projects(api: Testomatio) -> Results[str]:
    """The projects to read: the default one, else those of the account, which only a login lists."""
    if default := api.account.settings.get(PROJECT):
        return Results([default])
    if not opens_web(api):
        return Results(complete=False, why=f"a project token does not say which project it opens: set {PROJECT}")
    page = await api.projects_page(1, 50)
    active = [project.id for project in page.data if project.status != "archived"]
    total = page.meta.total if page.meta.total is not None else len(page.data)
    if len(active) <= MOST_PROJECTS and total <= len(page.data):
        return Results(active)
    chosen = active[:MOST_PROJECTS]
    why = f"only {len(chosen)} of {total} projects were read; {PROJECT} chooses one"
    return Results(chosen, complete=False, why=why)


async def in_each_project(
    api: Testomatio, read: Callable[[str], Awaitable[Results[T]]], why: list[str]
) -> list[tuple[str, list[T]]]:
    """Read something in each project; where one of several fails, `why` says so and the others go on."""
    slugs = await projects(api)
    why += [slugs.why] if slugs.why else []

    async def read_in(project: str) -> tuple[str, list[T]]:
        try:
            results = await read(project)
        except PlatformError as error:
            if len(slugs.rows) == 1:
                raise
            why.append(f"{project}: {error}")
            return project, []
        why.extend([f"{project}: {results.why}"] if results.why else [])
        return project, results.rows

    return await gather([partial(read_in, project) for project in slugs.rows], at_once=3)


def id_of(api: Testomatio, project: str, run_id: str) -> str:
    """A run's id as other tools take it: outside the default project, `project/id`."""
    return run_id if project == api.account.settings.get(PROJECT) else f"{project}/{run_id}"


def row_of(api: Testomatio, project: str, run: Run) -> RunRow:
    return RunRow(
        platform=PLATFORM,
        run_id=id_of(api, project, run.id),
        title=run.title,
        status=shared_word(run.status, STATUSES, "unknown"),
        said=run.status,
        where=project,
        environment=", ".join(sorted(run.env)) or None,
        started_at=run.launched_at or run.created_at,
        ended_at=run.finished_at,
        total=run.tests_count,
        passed=run.passed_count,
        failed=run.failed_count,
        skipped=run.skipped_count,
        page=f"testomatio://{project}/runs/{run.id}",
        link=web_page(api, project, run.id),
    )


async def _runs_in(api: Testomatio, query: Query, project: str) -> Results[Run]:
    """The runs of a project that fit: TQL narrows them to the day, the query filters them exactly."""
    words = [f"title % {quoted(word)}" for word in (query.text or "").split()]
    lasted = None
    if query.since is not None:
        day = f"{query.since - timedelta(days=1):%Y-%m-%d}"
        lasted = f"created_at >= '{day}' or finished_at >= '{day}' or unfinished"
    began = f"created_at < '{query.until + timedelta(days=2):%Y-%m-%d}'" if query.until is not None else None
    tql = all_of(*words, lasted, began)
    filters: Pairs = [("filter[archived]", "false"), *([("tql", tql)] if tql else [])]
    read = await drain(lambda page: api.runs_page(project, filters, page), most_pages=MOST_PAGES)
    fit = [
        run
        for run in read.rows
        if query.fits(run.title, parse_timestamp(run.launched_at or run.created_at), _ended(run))
    ]
    return Results(fit, complete=read.complete, why=f"runs: {read.why}" if read.why else None)


def _ended(run: Run) -> datetime | None:
    """When a run ended; where that is missing, when it began."""
    return parse_timestamp(run.finished_at or run.launched_at or run.created_at) if run.is_over else None


async def _read(api: Testomatio, query: Query) -> tuple[list[tuple[str, Run]], list[str]]:
    why: list[str] = []
    found = await in_each_project(api, partial(_runs_in, api, query), why)
    rows = [(project, run) for project, inside in found for run in inside]
    rows.sort(key=lambda row: -milliseconds(row[1].launched_at or row[1].created_at))
    return rows, why


async def _fitting(api: Testomatio, query: Query, why: list[str]) -> list[tuple[str, Run]]:
    """The runs that fit in all projects, newest first."""
    rows, unread = await query.once(f"{PLATFORM} runs", partial(_read, api, query))
    why += unread
    if len(rows) > query.limit:
        why.append(f"{len(rows) - query.limit} more runs fit")
    return rows[: query.limit]


def _results(rows: list[T], why: list[str]) -> Results[T]:
    return Results(rows, complete=not why, why="; ".join(why) or None)


async def runs(api: Testomatio, query: Query) -> Results[RunRow]:
    why: list[str] = []
    found = await _fitting(api, query, why)
    rows = [row_of(api, project, run) for project, run in found]
    uncounted = [number for number, row in enumerate(rows) if row.passed is None][:MOST_COUNTED]
    counts = await gather([partial(counts_of, api, found[n][0], found[n][1].id) for n in uncounted], at_once=3)
    for number, count in zip(uncounted, counts, strict=True):
        row = rows[number]
        row.total, row.passed, row.failed, row.skipped = count.total, count.passed, count.failed, count.skipped
    return _results(rows, why)


def split_run_id(api: Testomatio, run_id: str) -> tuple[str, str]:
    """The project and the run of an id as `runs` gives it.

    Raises:
        Refused: when it is no such id, or no project is known.
    """
    project, slash, bare = run_id.partition("/")
    if slash and (not project or not bare or "/" in bare):
        raise Refused("Give a run of Testomat.io as id or project/id; testomatio_list_runs shows ids.")
    return api.project_of(project if slash else None), bare_run(bare if slash else run_id)


async def run(api: Testomatio, run_id: str, query: Query) -> RunStory:
    project, bare = split_run_id(api, run_id)
    found = await known_run(api, project, bare)
    read = await results_of(api, project, found)
    tests = list(dict.fromkeys(result.test_id for result in read.failing if result.test_id))
    past, notes = History(), [counted_otherwise(found, read)]
    if tests:
        try:
            past = await history(api, project, found.id, tests, earlier=EARLIER)
        except PlatformError as error:
            notes.append(f"Earlier runs could not be read: {error}")
    failures = [
        Failure(
            str(result.id),
            result.test_title,
            without_stack(result.message),
            mark_of(past, read, result),
            result.substatus,
        )
        for result in read.failing
    ]
    row, counts = row_of(api, project, found), read.counts
    row.total, row.passed, row.failed, row.skipped = counts.total, counts.passed, counts.failed, counts.skipped
    return run_story(
        row,
        failures,
        earlier=past.runs,
        note=" ".join(filter(None, [*notes, past.why])) or None,
        next_=f"testomatio_get_run_report with run_id {found.id} adds linked defects." if failures else None,
    )


async def _pending(api: Testomatio, why: list[str], project: str, run: Run) -> list[Untested]:
    """The pending results of a run on its first page; the run itself where it has none yet."""
    query: Pairs = [("run_id", run.id), ("filter[status]", "pending")]
    page = await api.results_page(project, query, 1)
    run_id, address = id_of(api, project, run.id), f"testomatio://{project}/runs/{run.id}"
    pending = [result for result in page.data if result.status == "pending"]
    if pending and (unread := (page.meta.total or 0) - len(page.data)) > 0:
        why.append(f"{unread} more are pending in {run_id}")
    if not pending and run.status == "scheduled":
        return [Untested(platform=PLATFORM, run_id=run_id, title=run.title, said=run.status, page=address)]
    return [
        Untested(platform=PLATFORM, run_id=run_id, title=result.test_title, said=result.status, page=address)
        for result in pending
    ]


async def untested(api: Testomatio, query: Query) -> Results[Untested]:
    """Pending results of the unfinished runs that fit, and runs that have not begun."""
    why: list[str] = []
    unfinished = [(project, run) for project, run in await _fitting(api, query, why) if not run.is_over]
    if len(unfinished) > MOST_COUNTED:
        why.append(f"only the newest {MOST_COUNTED} of {len(unfinished)} unfinished runs were read")
    rows = await gather([partial(_pending, api, why, *pair) for pair in unfinished[:MOST_COUNTED]], at_once=3)
    found = [row for some in rows for row in some]
    if len(found) > query.limit:
        why.append(f"{len(found) - query.limit} more are pending")
    return _results(found[: query.limit], why)


async def _tests_in(api: Testomatio, words: list[str], project: str) -> Results[Found]:
    """Tests of a project whose titles contain all words."""
    query = all_of(*(f"test % {quoted(word)}" for word in words)) or ""
    page = await api.tests(project, [("tql", query), ("slim", "true"), ("per_page", 100)])
    found = [
        found_row("test", project, test.id, test.title, said=test.state)
        for test in page.data
        if all(word in clean(test.title or "").casefold() for word in words)
    ]
    more = (page.meta.total or 0) - len(page.data)
    return Results(found, complete=more <= 0, why=f"{more} more tests fit" if more > 0 else None)


async def search(api: Testomatio, words: str, kinds: Collection[Kind], limit: int) -> Results[Found]:
    """Runs and tests by their titles."""
    wanted, found, why = words.casefold().split(), list[Found](), list[str]()
    if "run" in kinds:
        for project, run in await _fitting(api, Query(text=words, limit=limit), why):
            row = found_row("run", project, run.id, run.title, said=run.status, at=run.launched_at or run.created_at)
            row.id = id_of(api, project, run.id)
            found.append(row)
    if "test" in kinds and wanted:
        for _, rows in await in_each_project(api, partial(_tests_in, api, wanted), why):
            found += rows
    if "suite" in kinds and wanted:
        for _, rows in await in_each_project(api, partial(suites_called, api, wanted), why):
            found += rows
    if len(found) > limit:
        why.append(f"{len(found) - limit} more were found")
    results = _results(found[:limit], list(dict.fromkeys(why)))
    if "bug" in kinds:
        results.why = "; ".join(filter(None, [results.why, "the API lists no bugs"]))
    return results


async def lookup(api: Testomatio, word: str) -> Results[Found]:
    """What has a word as its id or linked issue, in each project."""
    why: list[str] = []
    found = [row for _, rows in await in_each_project(api, partial(in_project, api, word), why) for row in rows]
    for row in found:
        row.id = id_of(api, row.where or "", row.id) if row.kind == "run" else row.id
    return _results(found, why)


async def results(api: Testomatio, run_id: str, query: Query) -> Results[TestResult]:
    """The results of a run, oldest first; of a very large one only those that failed."""
    project, bare = split_run_id(api, run_id)
    rows, _ = await query.once(f"{PLATFORM} runs", partial(_read, api, query))
    found = next((one for slug, one in rows if slug == project and one.id == bare), None)
    if found is None:
        found = await known_run(api, project, bare)
    read = await results_of(api, project, found)
    at = found.finished_at or found.launched_at or found.created_at
    return _results([result_of(result, at) for tries in read.tests.values() for result in tries], read.left_out)


def result_of(result: Result, at: str | None) -> TestResult:
    status = shared_word(result.status, RESULTS, "unknown")
    return TestResult(
        title=result.test_title or "",
        status=status,
        test_id=result.test_id,
        place=result.suite_title or "",
        said=result.substatus or result.status,
        error=without_stack(result.message) if status == "failed" else None,
        at=result.finished_at or result.created_at or at,
        result_id=str(result.id),
    )


survey = Survey(runs=runs, run=run, search=search, untested=untested, lookup=lookup, results=results)
