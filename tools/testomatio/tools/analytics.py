"""Analytics: tests that fit a report, aggregates over time, and the charts that people saved."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import Field

from tools.kit.errors import Invalid, NotFound, PlatformError, Refused, Unauthorized
from tools.kit.history import Past, changes, pattern, trend
from tools.kit.model import Answer
from tools.kit.page import Cursor, Limit, Page
from tools.kit.text import Key, Untrusted, quote
from tools.kit.toolset import Toolset
from tools.kit.when import When, time_span
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.analytics import Chart, Row, Rows
from tools.testomatio.models.documents import Listed
from tools.testomatio.tools.paging import page_from
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.results import joined
from tools.testomatio.tools.run_history import history
from tools.testomatio.tools.run_names import runs_called
from tools.testomatio.tools.runs import Until, bare_run
from tools.testomatio.tools.scope import found_in, of_project
from tools.testomatio.tools.tql import Tql, checked_tql

tool = Toolset(Testomatio, needs="api")

T = TypeVar("T")

FEATURE: Final = "api_analytics"

TestReport = Literal[
    "flaky", "slow", "failing", "evergreen", "never-executed", "skipped", "failures", "defects", "issues"
]
GroupBy = Literal["suite", "priority", "tag", "label", "env", "test"]
StatsReport = Literal[
    "project-summary",
    "runs-summary",
    "success-rate-by-date",
    "automation-rate-by-date",
    "testruns-by-date",
    "priority-by-date",
    "automation-by-date",
    "failed-runs-by-priority",
    "run-results-by-priority-status",
    "latest-failed-runs-by-priority",
    "latest-run-results-by-priority-status",
    "milestone-completion",
    "milestone-tests",
    "milestone-runs",
    "milestone-plans",
    "milestone-requirements",
    "milestone-users",
]
GROUPED: Final = frozenset({"failing", "skipped", "flaky", "slow", "never-executed"})
"""The reports that can be grouped."""
PAGED: Final = frozenset({"runs-summary", "milestone-runs"})
"""The aggregates that come in pages."""

Days = Annotated[int | None, Field(ge=1, description="The last days.")]
Envs = Annotated[list[str] | None, Field(description="As testomatio_get_project_info names them.")]
Rate = Annotated[float | None, Field(ge=0, le=1)]


HISTORY = 10
"""Results of each flaky test that its pattern is made of."""
HISTORY_PAGES = 6


async def explained(api: Testomatio, project: str, envs: list[str] | None, ask: Callable[[], Awaitable[T]]) -> T:
    """Read analytics, and say what is behind a refusal: a plan without them, or an environment that is none.

    Raises:
        PlatformError: with that sentence.
    """
    try:
        return await ask()
    except (Unauthorized, Invalid) as error:
        raise await _why(api, project, envs, error) from error


async def answered(api: Testomatio, project: str, envs: list[str] | None, ask: Callable[[], Awaitable[T]]) -> T:
    """Read a list of analytics, which is not there only where its project is not."""
    with of_project(project):
        return await explained(api, project, envs, ask)


async def _why(api: Testomatio, project: str, envs: list[str] | None, error: PlatformError) -> PlatformError:
    try:
        info = await api.project_info(project)
    except PlatformError:
        return error
    if isinstance(error, Unauthorized) or error.status == 402:
        if FEATURE not in info.features:
            return Invalid(
                "The plan of this project has no analytics over the API. testomatio_get_run_stats and "
                "testomatio_list_results work without.",
                status=error.status,
            )
        return error
    if strange := [env for env in envs or () if env not in info.environments]:
        known = ", ".join(quote(env, at_most=60) for env in info.environments[:50]) or "none"
        return Invalid(f"No environment {', '.join(strange)[:200]!r}; the project has {known}.", status=error.status)
    return error


async def _asked(
    api: Testomatio, tql: str | None, days: int | None, since: str | None, until: str | None, envs: list[str] | None
) -> tuple[list[tuple[str, str | int]], str | None]:
    """The filters that all analytics share, and a word on the time they mean."""
    if days is not None and (since is not None or until is not None):
        raise Refused("Say days, or since and until, not both: the platform would ignore days.")
    query: list[tuple[str, str | int]] = [("q", checked_tql(tql, "tests"))] if tql is not None else []
    query += [("days", days)] if days is not None else []
    asked = await time_span(api, since, until)
    query += [("from", f"{asked.since:%Y-%m-%d}")] if asked.since else []
    query += [("to", f"{asked.until:%Y-%m-%d}")] if asked.until else []
    return query + ([("envs", joined(envs, "An environment"))] if envs else []), asked.note


def _fitting(kind: str, **only: tuple[Any, frozenset[str]]) -> None:
    """See that each parameter is one of this report.

    Raises:
        Refused: for one that the platform would ignore or refuse.
    """
    for name, (value, kinds) in only.items():
        if value is not None and kind not in kinds:
            raise Refused(f"{name} is for {', '.join(sorted(kinds))}, not for {kind}.")


@tool.reads()
async def get_test_analytics(
    api: Testomatio,
    kind: TestReport,
    tql: Tql = None,
    days: Days = None,
    since: When = None,
    until: Until = None,
    envs: Envs = None,
    run_id: Annotated[str | None, Field(description="For flaky and slow: this run alone.")] = None,
    min_rate: Annotated[Rate, Field(description="For flaky: lowest pass rate, 0 to 1; default 0.1.")] = None,
    max_rate: Annotated[Rate, Field(description="Highest; default 0.9.")] = None,
    order_by: Annotated[Literal["flakiness", "pass_rate"] | None, Field(description="For flaky.")] = None,
    threshold_ms: Annotated[int | None, Field(ge=11, description="For slow: what is slow.")] = None,
    maturity_days: Annotated[int | None, Field(ge=0, description="For never-executed: age of a test at least.")] = None,
    group_by: GroupBy | None = None,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Row]:
    """List the tests of a report: flaky, slow, always failing, never executed and others, or count them by group_by."""
    slow, flaky = frozenset({"slow"}), frozenset({"flaky"})
    _fitting(
        kind,
        run_id=(run_id, slow | flaky),
        min_rate=(min_rate, flaky),
        max_rate=(max_rate, flaky),
        order_by=(order_by, flaky),
        threshold_ms=(threshold_ms, slow),
        maturity_days=(maturity_days, frozenset({"never-executed"})),
        group_by=(
            group_by,
            slow if group_by == "test" else GROUPED - {"never-executed"} if group_by == "env" else GROUPED,
        ),
    )
    slug = api.project_of(project)
    query, note = await _asked(api, tql, days, since, until, envs)
    wanted = {
        "run": bare_run(run_id) if run_id else None,
        "min": min_rate,
        "max": max_rate,
        "order_by": order_by,
        "threshold_ms": threshold_ms,
        "maturity_days": maturity_days,
        "group_by": group_by,
    }
    query += [(name, str(value)) for name, value in wanted.items() if value is not None]
    query += [("slim", "true")]

    async def fetch(page: int) -> Listed[Row]:
        paged = [] if group_by else [("page", page), ("per_page", 100)]
        return listed(await api.test_analytics(slug, kind, [*query, *paged]), is_whole=group_by is not None)

    page = await answered(
        api,
        slug,
        envs,
        lambda: page_from(fetch, lambda row: row, limit=limit, cursor=cursor, note=note, asked=[slug, kind, query]),
    )
    if kind == "flaky" and group_by is None:
        await _with_history(api, slug, page)
    return page


async def _with_history(api: Testomatio, project: str, page: Page[Row]) -> None:
    """Add what tells flaky from broken to rows that name tests: changes, first and last failure, the pattern."""
    ids = [str(row.cells["id"]) for row in page.items if row.cells.get("id")]
    try:
        past = await history(api, project, None, ids, earlier=HISTORY, most_pages=HISTORY_PAGES)
    except PlatformError as error:
        page.add_note(f"Without patterns: results could not be read ({error}).")
        return
    runs = await runs_called(api, project, [run_id for one in past.of.values() for run_id in _ends(one)])
    for row in page.items:
        one = past.of.get(str(row.cells.get("id")))
        if one is None or not one.verdicts:
            continue
        verdicts = list(one.verdicts.values())
        row.cells |= {"trend": trend(verdicts), "pattern": pattern(verdicts), "changes": changes(verdicts)}
        for name, run_id in zip(("last_failed_at", "first_failed_at"), _ends(one), strict=False):
            run = runs.get(run_id)
            row.cells[name] = run.finished_at or run.created_at if run is not None else None
    if past.of:
        page.add_note(
            f"pattern: the newest {HISTORY} runs, oldest first (P passed, F failed, B both); PPFFF broke, PFPFP is "
            "flaky.",
            past.why,
        )


def _ends(past: Past) -> list[str]:
    """The last run and the first in which a test failed."""
    return past.failed_in[:1] + past.failed_in[-1:]


def listed(rows: Rows, *, is_whole: bool) -> Listed[Row]:
    """Rows as a page of a list; those that came all at once are the last page."""
    meta = rows.meta.model_copy(update={"has_more": False, "total": len(rows.data)}) if is_whole else rows.meta
    return Listed[Row](data=rows.data, meta=meta)


@tool.reads()
async def get_stats(
    api: Testomatio,
    kind: StatsReport,
    tql: Tql = None,
    days: Days = None,
    since: When = None,
    until: Until = None,
    envs: Envs = None,
    milestone: Annotated[str | None, Field(description="Slug; milestone reports need it.")] = None,
    project: ProjectSlug = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[Row]:
    """Read aggregates of a project: totals, trends by day, failures by priority, how a milestone stands."""
    if kind.startswith("milestone-") and not milestone:
        raise Refused(f"{kind} needs milestone; testomatio_list_milestones shows slugs.")
    if milestone and not kind.startswith("milestone-"):
        raise Refused(f"milestone is for the milestone reports, not for {kind}.")
    slug = api.project_of(project)
    query, note = await _asked(api, tql, days, since, until, envs)
    query += [("milestone", milestone)] if milestone else []
    is_paged = kind in PAGED

    async def fetch(page: int) -> Listed[Row]:
        paged = [("page", page), ("per_page", 100)] if is_paged else []
        return listed(await api.stats(slug, kind, [*query, *paged]), is_whole=not is_paged)

    return await answered(
        api,
        slug,
        envs,
        lambda: page_from(fetch, lambda row: row, limit=limit, cursor=cursor, note=note, asked=[slug, kind, query]),
    )


class ChartRow(Answer):
    """A saved chart as a list shows it."""

    id: Key
    title: Untrusted | None = None
    context: Key | None = None
    chart: Key | None = None
    queries: int = 0


ChartId = Annotated[str, Field(min_length=1, description="As testomatio_list_charts gives it.")]


async def known_chart(api: Testomatio, project: str, chart_id: str) -> Chart:
    """Read a chart, or say where ids come from."""
    read = explained(api, project, None, lambda: api.chart(project, chart_id))
    return await found_in(api, project, read, f"chart {chart_id[:40]!r}", "testomatio_list_charts shows ids.")


@tool.reads(full_text_in="get_chart")
async def list_charts(
    api: Testomatio,
    kind: Annotated[Literal["tests", "runs"] | None, Field(description="What it looks at.")] = None,
    has_chart: Annotated[bool | None, Field(description="False: queries without a picture.")] = None,
    mine: bool = False,
    only_widgets: bool = False,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ChartRow]:
    """List the charts and queries that people saved. testomatio_get_chart_result counts what one finds."""
    slug = api.project_of(project)
    filters: list[tuple[str, str | int]] = [("kind", kind)] if kind else []
    filters += [("has_chart", str(has_chart).lower())] if has_chart is not None else []
    filters += [("my_charts", "true")] if mine else []
    filters += [("only_widgets", "true")] if only_widgets else []
    return await answered(
        api,
        slug,
        None,
        lambda: page_from(
            lambda page: api.charts_page(slug, filters, page),
            lambda one: ChartRow(
                id=one.id, title=one.title, context=one.context, chart=one.chart, queries=len(one.queries)
            ),
            limit=limit,
            cursor=cursor,
            asked=[slug, filters],
        ),
    )


@tool.reads()
async def get_chart(api: Testomatio, chart_id: ChartId, project: ProjectSlug = None) -> Chart:
    """Read the definition of one saved chart, with its queries and their numbers."""
    slug = api.project_of(project)
    return await known_chart(api, slug, chart_id)


@tool.reads()
async def get_chart_result(
    api: Testomatio,
    chart_id: ChartId,
    number: Annotated[int | None, Field(ge=0, description="Query whose tests or runs to list, from 0.")] = None,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Row]:
    """Count what each query of a saved chart finds, or with number list the tests or runs one finds."""
    slug = api.project_of(project)

    async def fetch(page: int) -> Listed[Row]:
        if number is None:
            return listed(await api.chart_result(slug, chart_id), is_whole=True)
        one = [("number", number), ("page", page), ("per_page", 100)]
        return listed(await api.chart_result(slug, chart_id, one), is_whole=False)

    asked = [slug, chart_id, number]
    try:
        return await explained(
            api, slug, None, lambda: page_from(fetch, lambda row: row, limit=limit, cursor=cursor, asked=asked)
        )
    except NotFound:
        await known_chart(api, slug, chart_id)
        raise
