"""Starting runs, running one again, and cancelling: machine time is spent, and what was stopped stays so."""

from typing import Annotated

from pydantic import Field

from tools.kit.errors import Refused
from tools.kit.model import Answer
from tools.kit.question import Lines
from tools.kit.text import Key, given, many, word
from tools.kit.toolset import Toolset
from tools.testery.client.testery import Testery
from tools.testery.models.runs import Run
from tools.testery.tools.environments import EnvironmentKey
from tools.testery.tools.order_fields import (
    Branch,
    Build,
    ByFile,
    Commit,
    Copies,
    ExcludeTags,
    IncludeTags,
    LatestDeploy,
    NamePatterns,
    ReportToGit,
    Runners,
    RunVariables,
    StatusName,
    SuiteName,
    TestTimeoutSeconds,
    TimeoutMinutes,
    order_of,
)
from tools.testery.tools.order_questions import (
    git_lines,
    maintenance_lines,
    order_lines,
    place,
    queue_lines,
    size_of,
)
from tools.testery.tools.projects import ProjectKey, project_keys
from tools.testery.tools.read_back import UNSEEN, read_back
from tools.testery.tools.runs import RunId, RunRow, describe, known_run, newest_runs, row_of

tool = Toolset(Testery)

DeployId = Annotated[int | None, Field(gt=0, description="Tie the run to a deploy.")]
PlaywrightProject = Annotated[str | None, Field(min_length=1, max_length=200, description="One of playwright.config.")]
SelectionRules = Annotated[bool, Field(description="Choose tests by changes, as testery.yml says.")]


class Started(Answer):
    """A run that was started."""

    done: str
    run_id: int | None = None
    run: RunRow | None = None
    ordered: list[str] | None = None
    link: Key | None = None
    next: str


class Cancelled(Answer):
    """A run that was cancelled, before and after."""

    done: str
    before: RunRow
    after: RunRow | None = None


def checked(suite: str | None, playwright_project: str | None) -> None:
    """Refuse what the platform would ignore in silence.

    Raises:
        Refused: before any request.
    """
    if suite is not None and playwright_project is not None:
        raise Refused("With a suite the platform ignores playwright_project. Leave one of them out.")


async def about_to_start(
    api: Testery,
    project_key: str,
    environment_key: str,
    branch: str | None,
    commit: str | None,
    build: str | None,
    latest_deploy: bool,
    deploy_id: int | None,
    suite: str | None,
    include_tags: IncludeTags,
    exclude_tags: ExcludeTags,
    name_patterns: NamePatterns,
    runners: int | None,
    copies: int,
    by_file: bool | None,
    retry_failed: bool,
    timeout_minutes: int | None,
    test_timeout_seconds: int | None,
    playwright_project: str | None,
    use_selection_rules: bool,
    variables: RunVariables,
    report_to_git: bool,
    status_name: str | None,
) -> str:
    checked(suite, playwright_project)
    order = await order_of(
        api,
        project_key=project_key,
        environment_key=environment_key,
        suite=suite,
        branch=branch,
        commit=commit,
        build=build,
        latest_deploy=latest_deploy,
        include_tags=include_tags,
        exclude_tags=exclude_tags,
        name_patterns=name_patterns,
        runners=runners,
        copies=copies,
        by_file=by_file,
        retry_failed=retry_failed,
        timeout_minutes=timeout_minutes,
        test_timeout_seconds=test_timeout_seconds,
        variables=variables,
    )
    runs = await newest_runs(api)
    lines = [f"Start tests of {place(order)}? Machine time is paid."]
    lines += order_lines(order, size_of(order, runs))
    lines += more_lines(use_selection_rules, deploy_id, playwright_project, report_to_git, status_name)
    lines += queue_lines(order, runs)
    lines += maintenance_lines(await api.maintenances())
    return "\n".join(lines)


def more_lines(
    use_selection_rules: bool,
    deploy_id: int | None,
    playwright_project: str | None,
    report_to_git: bool,
    status_name: str | None,
) -> list[str]:
    """What only a run has, in the question and in the answer."""
    lines = []
    if use_selection_rules:
        lines.append("- The platform leaves out tests that the changes do not touch, as testery.yml says")
    if deploy_id is not None:
        lines.append(f"- Tied to deploy {deploy_id}")
    if playwright_project is not None:
        lines.append(f"- Playwright project: {given(playwright_project)}")
    return lines + git_lines(report_to_git, status_name)


@tool.spends(about_to_start, verify_with="list_test_runs")
async def start_test_run(
    api: Testery,
    project_key: ProjectKey,
    environment_key: EnvironmentKey,
    branch: Branch = None,
    commit: Commit = None,
    build: Build = None,
    latest_deploy: LatestDeploy = False,
    deploy_id: DeployId = None,
    suite: SuiteName = None,
    include_tags: IncludeTags = None,
    exclude_tags: ExcludeTags = None,
    name_patterns: NamePatterns = None,
    runners: Runners = None,
    copies: Copies = 1,
    by_file: ByFile = None,
    retry_failed: bool = False,
    timeout_minutes: TimeoutMinutes = None,
    test_timeout_seconds: TestTimeoutSeconds = None,
    playwright_project: PlaywrightProject = None,
    use_selection_rules: SelectionRules = False,
    variables: RunVariables = None,
    report_to_git: ReportToGit = False,
    status_name: StatusName = None,
) -> Started:
    """Start a test run, after a person said yes: it takes paid machine time."""
    checked(suite, playwright_project)
    order = await order_of(
        api,
        project_key=project_key,
        environment_key=environment_key,
        suite=suite,
        branch=branch,
        commit=commit,
        build=build,
        latest_deploy=latest_deploy,
        include_tags=include_tags,
        exclude_tags=exclude_tags,
        name_patterns=name_patterns,
        runners=runners,
        copies=copies,
        by_file=by_file,
        retry_failed=retry_failed,
        timeout_minutes=timeout_minutes,
        test_timeout_seconds=test_timeout_seconds,
        variables=variables,
    )
    created = await api.start_test_run(
        order.run_request(
            report_to_git=report_to_git,
            status_name=status_name,
            deploy_id=deploy_id,
            playwright_project=playwright_project,
            use_selection_rules=use_selection_rules,
        )
    )
    more = more_lines(use_selection_rules, deploy_id, playwright_project, report_to_git, status_name)
    ordered = Lines(f"Tests of {place(order)}", *order_lines(order), *more)
    return await _started(api, "Started.", created.id, {order.project.id: order.project.key or ""}, ordered.facts)


async def _started(
    api: Testery, done: str, run_id: int, keys: dict[int, str], ordered: list[str] | None = None
) -> Started:
    run = await read_back(api.test_run(run_id))
    return Started(
        done=done if run is not None else f"{done} {UNSEEN}",
        run_id=run_id,
        run=row_of(run, keys) if run is not None else None,
        ordered=ordered,
        link=await api.link("test-runs", run_id),
        next="testery_wait_for_run follows it.",
    )


async def about_to_rerun(api: Testery, run_id: int) -> str:
    run = await known_run(api, run_id)
    tests = f"up to {many(run.total, 'test')}" if run.total else "an unknown number of tests"
    named = f"{describe(run, await project_keys(api))}, which is {word(run.said or run.status)},"
    lines = [f"Start {named} once more? Machine time is paid, for {tests}."]
    lines.append("Whether all tests run again or only the failed ones is not documented.")
    lines += maintenance_lines(await api.maintenances())
    return "\n".join(lines)


@tool.spends(about_to_rerun, verify_with="list_test_runs")
async def rerun_test_run(api: Testery, run_id: RunId) -> Started:
    """Run a test run again, after a person said yes: paid machine time. What the platform answers is unproven."""
    keys = await project_keys(api)
    before = await known_run(api, run_id)
    ordered = [f"Once more {describe(before, keys)}"]
    ordered += [f"Up to {many(before.total, 'test')}"] if before.total else []
    created = await api.rerun_test_run(run_id)
    if created is None:
        return Started(
            done="The platform took it, and did not say which run it became.",
            ordered=ordered,
            next="testery_list_test_runs shows the newest runs.",
        )
    same = "The same run runs again." if created.id == run_id else "Started again, as a run of its own."
    return await _started(api, same, created.id, keys, ordered)


async def running(api: Testery, run_id: int) -> Run:
    """Read a run that can still be cancelled.

    Raises:
        Refused: when it is over.
    """
    run = await known_run(api, run_id)
    if run.is_over:
        raise Refused(f"Run {run.id} is over already: {word(run.said or run.status)}.")
    return run


async def about_to_cancel(api: Testery, run_id: int) -> str:
    run = await running(api, run_id)
    tests = f" It has {many(run.total, 'test')}; what has not run by then does not run." if run.total else ""
    return (
        f"Cancel {describe(run, await project_keys(api))}, which is {word(run.said or run.status)}?{tests} "
        "A cancelled run cannot be taken up again."
    )


@tool.destroys(about_to_cancel, idempotent=True, verify_with="get_test_run")
async def cancel_test_run(api: Testery, run_id: RunId) -> Cancelled:
    """Cancel a test run that waits or runs, after a person said yes."""
    keys = await project_keys(api)
    before = await running(api, run_id)
    await api.cancel_test_run(run_id)
    after = await read_back(api.test_run(run_id))
    done = "Cancelled."
    if after is None:
        done = f"Cancelled. {UNSEEN}"
    elif after.status in {"passed", "failed"}:
        done = f"The platform took it, but the run had ended by itself: {word(after.said)}."
    elif not after.is_over:
        done = "The platform took it; the run has not stopped yet."
    return Cancelled(done=done, before=row_of(before, keys), after=row_of(after, keys) if after is not None else None)
