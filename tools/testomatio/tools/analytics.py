"""Analytics: reports of tests, aggregates over time, and saved charts."""

from functools import partial
from typing import Annotated, Final, Literal

from pydantic import Field

from tools.kit.errors import NotFound, PlatformError, Refused
from tools.kit.history import Past, changes, pattern, trend
from tools.kit.model import Answer, answer_from
from tools.kit.page import Cursor, Limit, Page
from tools.kit.text import Key, Untrusted
from tools.kit.toolset import Toolset
from tools.kit.when import When
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.analytics import Chart, Row, Rows
from tools.testomatio.models.documents import Listed
from tools.testomatio.tools.analytics_filters import GROUPED, analytics_filters, check_parameters, explaining
from tools.testomatio.tools.paging import page_from
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.run_history import history
from tools.testomatio.tools.run_names import runs_by_id
from tools.testomatio.tools.runs import Until, bare_run
from tools.testomatio.tools.scope import found_in, of_project
from tools.testomatio.tools.tql import Tql

tool = Toolset(Testomatio, needs="api")

TestReport = Annotated[
    Literal["flaky", "slow", "failing", "evergreen", "never-executed", "skipped", "failures", "defects", "issues"],
    Field(description="evergreen: always passing."),
]
GroupBy = Annotated[
    Literal["suite", "priority", "tag", "label", "env", "test"],
    Field(description="Count by this."),
]
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
PAGED: Final = frozenset({"runs-summary", "milestone-runs"})
"""The aggregates that have pages."""

Days = Annotated[int | None, Field(ge=1, description="How many days back.")]
Envs = Annotated[list[str] | None, Field(description="From testomatio_get_project_info.")]
Rate = Annotated[float | None, Field(ge=0, le=1)]

HISTORY = 10
"""Newest results of a flaky test that make its pattern."""
HISTORY_PAGES = 6


@tool.reads()
async def get_test_analytics(
    api: Testomatio,
    kind: TestReport,
    tql: Tql = None,
    days: Days = None,
    since: When = None,
    until: Until = None,
    envs: Envs = None,
    run_id: Annotated[str | None, Field(description="For flaky and slow: only in this run.")] = None,
    min_rate: Annotated[Rate, Field(description="For flaky: lowest pass rate; default 0.1.")] = None,
    max_rate: Annotated[Rate, Field(description="For flaky: highest pass rate; default 0.9.")] = None,
    order_by: Annotated[
        Literal["flakiness", "pass_rate"] | None, Field(description="For flaky: what to sort by.")
    ] = None,
    threshold_ms: Annotated[int | None, Field(ge=11, description="For slow: slower than this, such as 5000.")] = None,
    maturity_days: Annotated[int | None, Field(ge=0, description="For never-executed: at least this old.")] = None,
    group_by: GroupBy | None = None,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Row]:
    """List the tests of a report, such as flaky, slow, failing or never executed, or count them."""
    slow, flaky = frozenset({"slow"}), frozenset({"flaky"})
    check_parameters(
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
    query, note = await analytics_filters(api, tql, days, since, until, envs)
    parameters = {
        "run": bare_run(run_id) if run_id else None,
        "min": min_rate,
        "max": max_rate,
        "order_by": order_by,
        "threshold_ms": threshold_ms,
        "maturity_days": maturity_days,
        "group_by": group_by,
    }
    query += [(name, str(value)) for name, value in parameters.items() if value is not None]
    query += [("slim", "true")]

    async def fetch(page: int) -> Listed[Row]:
        paged = [] if group_by else [("page", page), ("per_page", 100)]
        return listed(await api.test_analytics(slug, kind, [*query, *paged]), is_whole=group_by is not None)

    of = [slug, kind, query]
    with of_project(slug):
        async with explaining(api, slug, envs):
            page: Page[Row] = await page_from(fetch, limit=limit, cursor=cursor, note=note, query=of)
    if kind == "flaky" and group_by is None:
        await _with_history(api, slug, page)
    return page


async def _with_history(api: Testomatio, project: str, page: Page[Row]) -> None:
    """Add to rows of tests what tells flaky from broken: the pattern, changes, first and last failure."""
    ids = [str(row.cells["id"]) for row in page.items if row.cells.get("id")]
    try:
        past = await history(api, project, None, ids, earlier=HISTORY, most_pages=HISTORY_PAGES)
    except PlatformError as error:
        page.add_note(f"Without patterns: results could not be read ({error}).")
        return
    runs = await runs_by_id(api, project, [run_id for test in past.of.values() for run_id in _ends(test)])
    for row in page.items:
        test = past.of.get(str(row.cells.get("id")))
        if test is None or not test.verdicts:
            continue
        verdicts = list(test.verdicts.values())
        row.cells |= {"trend": trend(verdicts), "pattern": pattern(verdicts), "changes": changes(verdicts)}
        for name, run_id in zip(("last_failed_at", "first_failed_at"), _ends(test), strict=False):
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
    """Rows as a page of a list; the whole list is its last page."""
    meta = rows.meta.model_copy(update={"has_more": False, "total": len(rows.data)}) if is_whole else rows.meta
    return Listed[Row](data=rows.data, meta=meta)


@tool.reads()
async def get_stats(
    api: Testomatio,
    kind: Annotated[StatsReport, Field(description="Aggregate to read.")],
    tql: Tql = None,
    days: Days = None,
    since: When = None,
    until: Until = None,
    envs: Envs = None,
    milestone: Annotated[str | None, Field(description="Slug, for the milestone reports only.")] = None,
    project: ProjectSlug = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[Row]:
    """Read aggregates of a project: totals, trends by day, failures by priority, progress of a milestone."""
    if kind.startswith("milestone-") and not milestone:
        raise Refused(f"{kind} needs milestone; testomatio_list_milestones shows slugs.")
    if milestone and not kind.startswith("milestone-"):
        raise Refused(f"milestone is for the milestone reports, not for {kind}.")
    slug = api.project_of(project)
    query, note = await analytics_filters(api, tql, days, since, until, envs)
    query += [("milestone", milestone)] if milestone else []
    is_paged = kind in PAGED

    async def fetch(page: int) -> Listed[Row]:
        paged = [("page", page), ("per_page", 100)] if is_paged else []
        return listed(await api.stats(slug, kind, [*query, *paged]), is_whole=not is_paged)

    of = [slug, kind, query]
    with of_project(slug):
        async with explaining(api, slug, envs):
            return await page_from(fetch, limit=limit, cursor=cursor, note=note, query=of)


class ChartRow(Answer):
    """A saved chart as a list shows it."""

    id: Key
    title: Untrusted | None = None
    context: Key | None = None
    chart: Key | None = None
    queries: int = 0


ChartId = Annotated[str, Field(min_length=1, description="From testomatio_list_charts.")]


async def known_chart(api: Testomatio, project: str, chart_id: str) -> Chart:
    """Read a chart, or say where ids come from."""
    async with explaining(api, project):
        what, where = f"chart {chart_id[:40]!r}", "testomatio_list_charts shows ids."
        return await found_in(api, project, api.chart(project, chart_id), what, where)


@tool.reads(full_text_in="get_chart")
async def list_charts(
    api: Testomatio,
    kind: Annotated[Literal["tests", "runs"] | None, Field(description="What its queries find.")] = None,
    has_chart: Annotated[bool | None, Field(description="Only drawn charts; false: only plain queries.")] = None,
    mine: Annotated[bool, Field(description="Only your own.")] = False,
    only_widgets: Annotated[bool, Field(description="Only dashboard widgets.")] = False,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ChartRow]:
    """List saved charts and queries. testomatio_get_chart_result counts what one finds."""
    slug = api.project_of(project)
    filters: list[tuple[str, str | int]] = [("kind", kind)] if kind else []
    filters += [("has_chart", str(has_chart).lower())] if has_chart is not None else []
    filters += [("my_charts", "true")] if mine else []
    filters += [("only_widgets", "true")] if only_widgets else []
    with of_project(slug):
        async with explaining(api, slug):
            return await page_from(
                partial(api.charts_page, slug, filters),
                lambda chart: answer_from(ChartRow, chart, queries=len(chart.queries)),
                limit=limit,
                cursor=cursor,
                query=[slug, filters],
            )


@tool.reads()
async def get_chart(api: Testomatio, chart_id: ChartId, project: ProjectSlug = None) -> Chart:
    """Read one saved chart: its definition, with its queries by number."""
    slug = api.project_of(project)
    return await known_chart(api, slug, chart_id)


@tool.reads()
async def get_chart_result(
    api: Testomatio,
    chart_id: ChartId,
    number: Annotated[int | None, Field(ge=0, description="List what this query finds, from 0.")] = None,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Row]:
    """Count what each query of a saved chart finds, or list the tests or runs of one query by number."""
    slug = api.project_of(project)

    async def fetch(page: int) -> Listed[Row]:
        if number is None:
            return listed(await api.chart_result(slug, chart_id), is_whole=True)
        query = [("number", number), ("page", page), ("per_page", 100)]
        return listed(await api.chart_result(slug, chart_id, query), is_whole=False)

    query = [slug, chart_id, number]
    try:
        async with explaining(api, slug):
            return await page_from(fetch, limit=limit, cursor=cursor, query=query)
    except NotFound:
        await known_chart(api, slug, chart_id)
        raise
