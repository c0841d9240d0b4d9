"""Reading test runs: the list, and one run with its details."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from tools.kit.errors import found
from tools.kit.model import Answer, answer_from
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.text import Key, Untrusted, clean, many, quote, word
from tools.kit.toolset import Progress, Toolset
from tools.kit.vocabulary import Said, Status, WordFilter
from tools.kit.when import When, milliseconds, parse_timestamp, time_span
from tools.testery.client.runs import PAGE
from tools.testery.client.testery import Testery
from tools.testery.models.runs import Run
from tools.testery.tools.environments import EnvironmentKey, known_environment
from tools.testery.tools.projects import ProjectKey, complete_coverage, known_project, project_keys

tool = Toolset(Testery)

RunId = Annotated[int, Field(gt=0, description="From testery_list_test_runs.")]
RunStatus = Literal["passed", "failed", "cancelled", "queued", "running", "unknown"]


class RunRow(Answer):
    """A run as a list shows it."""

    run_id: int
    name: Untrusted | None = None
    status: Status
    said: Said = None
    is_over: bool
    project_key: Key | None = None
    environment_key: Key | None = None
    branch: Untrusted | None = None
    build: Untrusted | None = None
    created_at: Key | None = None
    ended_at: Key | None = None
    total: int | None = None
    passed: int | None = None
    failed: int | None = None


class RunDetails(RunRow):
    """A run with its details; the status alone says whether it passed."""

    reason: Untrusted | None = None
    started_at: Key | None = None
    seconds: int | None = Field(None, description="From start to end.")
    testing_seconds: int | None = Field(None, description="Of all tests together.")
    ignored: int | None = None
    not_run: int | None = None
    timed_out: int | None = None
    has_flaky_test: bool | None = None
    commit: Untrusted | None = None
    suite_id: int | None = None
    include_tags: list[Untrusted] = Field(default_factory=list)
    exclude_tags: list[Untrusted] = Field(default_factory=list)
    filters: list[Untrusted] = Field(default_factory=list)
    copies: int | None = None
    runners: int | None = None
    priority: int | None = None
    phase: Key | None = None
    is_scheduled: bool | None = None
    coverage_name: Untrusted | None = None
    coverage_percent: float | None = None
    note: str | None = None
    link: Key | None = None
    next: str | None = None


async def known_run(api: Testery, run_id: int) -> Run:
    return await found(api.test_run(run_id), f"run {run_id}", listed_by="testery_list_test_runs")


async def newest_runs(api: Testery) -> list[Run]:
    """The newest runs, one page of them."""
    return await api.test_runs(limit=PAGE)


def row_of(run: Run, keys: dict[int, str]) -> RunRow:
    """A run as a list shows it; `keys` are those of the projects."""
    return answer_from(RunRow, run, **_named(run, keys))


def _named(run: Run, keys: dict[int, str]) -> dict[str, Any]:
    """The fields that a row names otherwise than the platform, or takes from elsewhere."""
    name, project_key = run.name or run.test_name, keys.get(run.project_id or 0)
    return {"run_id": run.id, "name": name, "project_key": project_key, "created_at": run.at}


def newest_first(run: Run) -> tuple[int, ...]:
    return (-milliseconds(run.at), -run.id)


def verdict(run: Run) -> str | None:
    """A note on a passed run with failed results: quarantined tests, and those that passed when tried again."""
    if run.status == "passed" and run.failed:
        return (
            f"The run passed, and that decides: its {many(run.failed, 'failed result')} "
            "do not count (quarantined, or passed when tried again)."
        )
    return None


def describe(run: Run, keys: dict[int, str]) -> str:
    """A run as a question names it."""
    where = f" of project {word(keys.get(run.project_id or 0, run.project_id))}" if run.project_id else ""
    where += f" on {word(run.environment_key)}" if run.environment_key else ""
    version = [f"{name} {quote(value)}" for name, value in (("branch", run.branch), ("build", run.build)) if value]
    versions = f" ({', '.join(version)})" if version else ""
    return f"run {run.id} {quote(run.name or run.test_name or '')}{where}{versions}"


@tool.reads(full_text_in="get_test_run")
async def list_test_runs(
    api: Testery,
    progress: Progress,
    project_key: ProjectKey | None = None,
    environment_key: EnvironmentKey | None = None,
    status: Annotated[list[RunStatus] | None, Field(max_length=6, description="Any of these.")] = None,
    branch: Annotated[str | None, Field(max_length=300, description="Git branch.")] = None,
    name: Annotated[str | None, Field(max_length=300, description="Words in its name.")] = None,
    since: When = None,
    deploy_id: Annotated[int | None, Field(gt=0, description="Deploy that started them.")] = None,
    newest: Annotated[int, Field(ge=1, le=20_000, description="Newest runs to read.")] = 500,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[RunRow]:
    """List test runs, newest first. coverage says how many were read."""
    span = await time_span(api, since)
    start = span.since
    branches = WordFilter("run of branch", branch, is_name=True)
    selection: Selection[Run] = Selection(
        newest_first,
        limit=limit,
        cursor=cursor,
        filters=[project_key, environment_key, status, branches.key, name, since, deploy_id, newest],
    )
    project = await known_project(api, project_key) if project_key is not None else None
    environment = await known_environment(api, environment_key) if environment_key is not None else None
    words = clean(name or "").casefold().split()
    keys = await project_keys(api)

    def on_run(run: Run) -> None:
        title = clean(f"{run.name or ''} {run.test_name or ''}").casefold()
        branches.see([run.branch])
        if (
            (project is None or run.project_id == project.id)
            and (environment is None or environment.is_where(run.environment_key, run.environment_id))
            and (not status or run.status in status)
            and branches.fits(run.branch)
            and all(word in title for word in words)
            and not _is_before(run, start)
        ):
            selection.offer(run)

    if deploy_id is not None:
        runs = await api.runs_of_deploy(deploy_id)
        for run in runs:
            on_run(run)
        note = "A deploy starts its runs one after another: more may follow. An unknown deploy has none."
        page = selection.page(lambda run: row_of(run, keys), complete_coverage(len(runs), selection.matched), note)
        return page.add_note(span.note).add_note(branches.unknown)
    walked = await api.walk_test_runs(
        on_run, newest=newest, is_past=lambda run: _is_before(run, start), progress=progress
    )
    page = selection.page(lambda run: row_of(run, keys), walked.coverage(selection.matched), span.note)
    return page.add_note(branches.unknown)


def _is_before(run: Run, start: datetime | None) -> bool:
    at = parse_timestamp(run.at)
    return start is not None and at is not None and at < start


@tool.reads(long_text=True)
async def get_test_run(api: Testery, run_id: RunId) -> RunDetails:
    """Read one test run: status and reason, counts, version, settings. Its status decides, not its counts."""
    run = await known_run(api, run_id)
    details = details_of(run, await project_keys(api))
    details.link = await api.link("test-runs", run.id)
    return details


def details_of(run: Run, keys: dict[int, str]) -> RunDetails:
    """A run with its details and the next step."""
    start, end = parse_timestamp(run.started_at), parse_timestamp(run.ended_at)
    next_step = None
    if not run.is_over:
        next_step = "testery_wait_for_run waits for it."
    elif run.failed:
        next_step = "testery_get_failures groups what failed; testery_compare_runs shows what is new."
    return answer_from(
        RunDetails,
        run,
        **_named(run, keys),
        seconds=round((end - start).total_seconds()) if start is not None and end is not None else None,
        testing_seconds=round(run.testing_ms / 1000) if run.testing_ms is not None else None,
        has_flaky_test=run.has_flaky,
        suite_id=run.test_suite_id,
        note=verdict(run),
        next=next_step,
    )
