"""A test run with names for ids, and its results counted where the platform gives no counts."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field

from tools.kit.errors import NotFound, Refused
from tools.kit.model import Answer, answer_from
from tools.kit.page import Coverage
from tools.kit.run_failures import why_counts_differ
from tools.kit.text import Key, Untrusted, quote, word
from tools.kit.vocabulary import Said, Status
from tools.kit.wait import wait_for_change
from tools.kit.when import parse_timestamp
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.projects import Project
from tools.testsigma.models.test_runs import RunCase, TestRun
from tools.testsigma.tools.identity import RUN, read_by_id
from tools.testsigma.tools.names import user_names
from tools.testsigma.tools.statuses import Counts, StatusCount, count_results, reported_counts, run_status

NEW_RUN: Final = timedelta(minutes=1)
"""How long the test cases of a new run may take to appear, by the platform's clock."""


class RunRow(Answer):
    """A test run as a list shows it; counts only where the platform gives them."""

    id: Key
    title: Untrusted | None = None
    status: Status
    said: Said = None
    test_cases: int | None = None
    passed: int | None = None
    failed: int | None = None
    started_at: Key | None = None
    ended_at: Key | None = None
    planned_end: Key | None = None
    created_at: Key | None = None


class RunView(Answer):
    """A test run with all its fields, without its results."""

    id: Key
    project: Key | None = None
    title: Untrusted | None = None
    status: Status
    said: Said = None
    description: Untrusted | None = None
    selection: Key | None = None
    plan: Key | None = None
    assignee: Untrusted | None = None
    labels: list[Untrusted] = Field(default_factory=list)
    environments: list[Untrusted] = Field(default_factory=list)
    test_cases: int | None = None
    results: list[StatusCount] = Field(default_factory=list)
    note: str | None = None
    start_date: Key | None = None
    end_date: Key | None = None
    planned_end: Key | None = Field(None, description="Of an open run, which has no end yet.")
    closed_by: Untrusted | None = None
    created_at: Key | None = None
    updated_at: Key | None = None
    link: Annotated[Key | None, Field(description="Its page in the web app.")] = None


@dataclass(frozen=True)
class RunResults:
    """The test cases of a run, and whether all were read."""

    rows: list[RunCase]
    coverage: Coverage

    @property
    def counts(self) -> Counts:
        return count_results(self.rows)


async def known_run(api: Testsigma, run_id: str, project: str | None) -> tuple[Project, TestRun]:
    """Read a test run and its project."""
    return await read_by_id(api, RUN, api.test_run, run_id, project)


async def open_run(api: Testsigma, run_id: str, project: str | None) -> tuple[Project, TestRun]:
    """Read a test run that can still change.

    Raises:
        Refused: when it is closed.
    """
    owner, run = await known_run(api, run_id, project)
    if run.is_closed:
        raise Refused(f"Test run {word(run.key)} is closed, which locks it; the API cannot reopen it.")
    return owner, run


async def results_of(api: Testsigma, project: Project, run: TestRun) -> RunResults:
    """Read all test cases of a run with their results."""
    rows: list[RunCase] = []
    walked = await api.walk_run_cases(project.id, run.key, rows.append)
    return RunResults(rows, walked.coverage(len(rows)))


def describe_run(run: TestRun) -> str:
    """A test run as a question names it."""
    return f"test run {word(run.key)} {quote(run.title or '')}"


def run_row(run: TestRun) -> RunRow:
    counts = reported_counts(run)
    return RunRow(
        id=run.key,
        title=run.title,
        status=run_status(run, counts),
        said=run.status,
        test_cases=run.test_cases_count if run.test_cases_count is not None or counts is None else counts.total,
        passed=None if counts is None else counts.of("passed"),
        failed=None if counts is None else counts.of("failed"),
        started_at=run.start_date,
        ended_at=run.end_date if run.is_closed else None,
        planned_end=None if run.is_closed else run.end_date,
        created_at=run.created_at,
    )


async def view_run(api: Testsigma, project: Project, run: TestRun) -> RunView:
    """A run with names and counts."""
    counts, note = reported_counts(run), None
    if counts is None:
        results = await stable_results(api, project, run)
        counts, note = results.counts, "Counted here: the platform gives no summary of this run."
        if not results.coverage.complete:
            note = f"Counted here, and incomplete: {results.coverage.why}."
        note = pending_cases_note(run, counts) or note
    plan = None
    if run.test_plan_id is not None:
        plan = await _plan_key(api, project, run.test_plan_id)
    users = await user_names(api) if run.assignee_id or run.closed_by else {}
    return answer_from(
        RunView,
        run,
        id=run.key,
        project=project.key,
        status=run_status(run, counts),
        said=run.status,
        selection=run.selection_type,
        plan=plan,
        assignee=users.get(run.assignee_id or "", run.assignee_id),
        labels=run.all_labels,
        test_cases=counts.total if run.test_cases_count is None else run.test_cases_count,
        results=counts.rows(),
        note=note,
        end_date=run.end_date if run.is_closed else None,
        planned_end=None if run.is_closed else run.end_date,
        closed_by=users.get(run.closed_by or "", run.closed_by),
        link=run_link(api, run.id),
    )


async def stable_results(api: Testsigma, project: Project, run: TestRun) -> RunResults:
    """A run's results; waits for the test cases of a new run, which appear some seconds later."""
    created = parse_timestamp(run.created_at)
    is_new = created is not None and api.now() - created < NEW_RUN
    return await wait_for_change(
        lambda: results_of(api, project, run),
        lambda results: not is_new or pending_cases_note(run, results.counts) is None,
        is_sandbox=api.is_sandbox,
        say=f"waiting for the cases of {word(run.key)}",
    )


def pending_cases_note(run: TestRun, counts: Counts) -> str | None:
    """A note on test cases of a new run that have not appeared yet."""
    missing = (run.test_cases_count or 0) - counts.total
    return f"{missing} of its test cases have not appeared yet; read again in a few seconds." if missing > 0 else None


def why_run_counts_differ(run: TestRun, results: RunResults) -> str | None:
    """Why the counts of a run and of its test cases differ."""
    reported, counts = reported_counts(run), results.counts
    if reported is None or not results.coverage.complete:
        return None
    open_ones = counts.of("queued", "running")
    return why_counts_differ(
        {"passed": reported.of("passed"), "failed": reported.of("failed")},
        {"passed": counts.of("passed"), "failed": counts.of("failed")},
        {"still without a result": open_ones},
    )


async def _plan_key(api: Testsigma, project: Project, plan_id: str) -> str:
    try:
        return (await api.test_plan(project.id, plan_id)).key
    except NotFound:
        return plan_id


def run_link(api: Testsigma, run_id: str) -> str | None:
    """The page of a run in the web app, which has the API's host; a fake API has none."""
    parts = urlsplit(api.base_url)
    return None if api.is_sandbox else f"{parts.scheme}://{parts.netloc}/ui/test_runs/{run_id}/"
