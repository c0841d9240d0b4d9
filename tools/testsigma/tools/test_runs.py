"""Reading test runs: filtered lists, one run, and its results."""

from functools import partial
from typing import Annotated, Final, Literal

from pydantic import Field

from tools.kit.model import Answer
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.request import QueryParams
from tools.kit.run_failures import ERROR, ErrorGroup, describe_marks, error_groups, render_group
from tools.kit.text import Key, Untrusted, clean
from tools.kit.toolset import Progress, Toolset
from tools.kit.vocabulary import Said, Status
from tools.kit.when import Until, When, parse_timestamp, time_span
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.projects import Project
from tools.testsigma.models.test_runs import RunCase, TestRun
from tools.testsigma.tools.identity import PlanId, ProjectOfId, ProjectRef, RunId, known_project, newest_first, sort_key
from tools.testsigma.tools.names import Name, find_lookup, normalized, user_names
from tools.testsigma.tools.run_failures import FAILED, RunFailures, failures_of, project_runs
from tools.testsigma.tools.run_view import (
    RunRow,
    RunView,
    known_run,
    pending_cases_note,
    results_of,
    run_row,
    view_run,
    why_run_counts_differ,
)
from tools.testsigma.tools.statuses import StatusCount, reported_counts, result_status, run_status
from tools.testsigma.tools.test_cases import ignored_note
from tools.testsigma.tools.test_plans import known_plan

tool = Toolset(Testsigma)


@tool.reads(full_text_in="get_test_run")
async def list_test_runs(
    api: Testsigma,
    progress: Progress,
    project: ProjectRef,
    status: Annotated[Literal["active", "closed"] | None, Field(description="Default: both.")] = None,
    plan_id: PlanId | None = None,
    text: Annotated[str | None, Field(max_length=200, description="Words of the title.")] = None,
    since: When = None,
    until: Until = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[RunRow]:
    """List a project's test runs, newest first; since: when created."""
    times = await time_span(api, since, until)
    owner = await known_project(api, project)
    plan = (await known_plan(api, plan_id, owner.id))[1].id if plan_id is not None else None
    query: QueryParams = [] if plan is None else [("test_plan_id", plan)]
    selection: Selection[TestRun] = Selection(
        newest_first, limit=limit, cursor=cursor, filters=[owner.id, status, plan, text, since, until]
    )
    words, missed = (text or "").casefold().split(), set[str]()

    def on_row(run: TestRun) -> None:
        if plan is not None and run.test_plan_id != plan:
            missed.add("test_plan_id")
            return
        title, created = clean(run.title or "").casefold(), parse_timestamp(run.created_at)
        if (
            times.holds(created)
            and status in {None, "closed" if run.is_closed else "active"}
            and all(w in title for w in words)
        ):
            selection.offer(run)

    walked = await api.walk_test_runs(owner.id, on_row, filters=query, progress=progress)
    return selection.page(run_row, walked.coverage(selection.matched), ignored_note(missed)).add_note(times.note)


@tool.reads(long_text=True)
async def get_test_run(api: Testsigma, run_id: RunId, project: ProjectOfId = None) -> RunView:
    """Read one test run with its results counted by status."""
    owner, run = await known_run(api, run_id, project)
    return await view_run(api, owner, run)


MOST_GROUPS: Final = 10


class ResultRow(Answer):
    """A test case of a run with its last result."""

    id: Key
    title: Untrusted | None = None
    status: Status
    said: Said = None
    assignee: Untrusted | None = None
    comment: Untrusted | None = None


class RunResultsPage(Page[ResultRow]):
    """The results of a run; counts are those of the whole run, without filters."""

    run_id: Key
    title: Untrusted | None = None
    run_status: Status
    counts: list[StatusCount] = Field(default_factory=list)
    marks: str | None = Field(None, description="How many failed cases are new, flaky, known.")
    failures: list[ErrorGroup] = Field(default_factory=list, description="Why it failed; without filters, first page.")
    earlier_runs: list[Key] = Field(default_factory=list, description="Runs the failures were compared with.")


def assignee_of(result: RunCase, users: dict[str, str]) -> str | None:
    """The name of the user that a test case of a run is assigned to."""
    if result.assignee is not None:
        return result.assignee.display_name
    return users.get(result.assignee_id or "", result.assignee_id)


@tool.reads(long_text=True)
async def get_run_results(
    api: Testsigma,
    run_id: RunId,
    project: ProjectOfId = None,
    status: Annotated[Name | None, Field(description="Such as Failed or UnTested.")] = None,
    text: Annotated[str | None, Field(max_length=200, description="Words of title or comment.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> RunResultsPage:
    """Read a run's results: why it failed and what is new (failures by error), counts, a row for each case."""
    owner, run = await known_run(api, run_id, project)
    results = await results_of(api, owner, run)
    status_key = None if status is None else await _normalized_status(api, status, results.rows)
    selection: Selection[RunCase] = Selection(
        lambda result: sort_key(result.test_case.human_id, result.test_case.id or ""),
        limit=limit,
        cursor=cursor,
        filters=[owner.id, run.id, status_key, text],
    )
    words = (text or "").casefold().split()
    for result in results.rows:
        here = clean(f"{result.test_case.title or ''}\n{result.description or ''}").casefold()
        has_status = status_key in {None, normalized(result.status), result_status(result.status)}
        if has_status and all(word in here for word in words):
            selection.offer(result)
    users = await user_names(api) if any(one.assignee_id and not one.assignee for one in selection.rows) else {}
    counts = results.counts
    page = selection.page(
        lambda result: ResultRow(
            id=result.test_case.key,
            title=result.test_case.title,
            status=result_status(result.status),
            said=result.status,
            assignee=assignee_of(result, users),
            comment=result.description,
        ),
        results.coverage.model_copy(update={"matched": selection.matched}),
        pending_cases_note(run, results.counts),
    )
    why = RunFailures()
    if not (cursor or status or text):
        why = await failures_of(run, results, partial(project_runs, api, owner), partial(results_of, api, owner))
        for row_ in page.items:
            # A group shows the start of a comment, so only longer ones are repeated here.
            row_.comment = row_.comment if row_.status not in FAILED or len(row_.comment or "") > ERROR else None
    page.add_note(why_run_counts_differ(run, results), why.why)
    return RunResultsPage.widened(
        page,
        marks=describe_marks(why.failures) if why.failures else None,
        failures=[render_group(group) for group in error_groups(why.failures)[:MOST_GROUPS]],
        earlier_runs=why.earlier,
        run_id=run.key,
        title=run.title,
        run_status=run_status(run, counts if results.coverage.complete else reported_counts(run)),
        counts=counts.rows(),
    )


async def _normalized_status(api: Testsigma, word: str, results: list[RunCase]) -> str:
    """The normalized status to look for; refuses a name that neither the run nor the account has."""
    plain = normalized(word)
    if any(plain in {normalized(result.status), result_status(result.status)} for result in results):
        return plain
    return normalized((await find_lookup(api, "result_status", word)).name)


async def run_ids(api: Testsigma, project: Project) -> list[str]:
    """The human ids of a project's test runs, newest first, for completion."""
    runs: list[TestRun] = []
    await api.walk_test_runs(project.id, runs.append)
    return [run.key for run in sorted(runs, key=newest_first)]
