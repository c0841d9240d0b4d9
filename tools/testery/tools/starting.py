"""Starting runs, running one again, and cancelling one."""

from typing import Annotated

from pydantic import Field

from tools.kit.asking import UNKNOWN, Ask, Asking, Order
from tools.kit.changed import Changed
from tools.kit.errors import Refused
from tools.kit.model import Answer
from tools.kit.question import Lines
from tools.kit.text import Key, given, many, word
from tools.kit.toolset import Toolset
from tools.testery.client.testery import Testery
from tools.testery.models.orders import RunOrder
from tools.testery.tools.environments import EnvironmentKey, usable_environment
from tools.testery.tools.order_fields import (
    Branch,
    Build,
    ByFile,
    Commit,
    Copies,
    DeployId,
    ExcludeTags,
    IncludeTags,
    LatestDeploy,
    NamePatterns,
    ReportToGit,
    RetryFailed,
    Runners,
    RunVariables,
    StatusName,
    SuiteName,
    TestTimeoutSeconds,
    TimeoutMinutes,
)
from tools.testery.tools.order_questions import (
    git_lines,
    maintenance_lines,
    order_lines,
    place,
    queue_lines,
    size_of,
)
from tools.testery.tools.projects import ProjectKey, known_project, known_suite, project_keys
from tools.testery.tools.read_back import UNSEEN, read_back
from tools.testery.tools.runs import RunId, RunRow, describe, known_run, newest_runs, row_of
from tools.testery.tools.variables import check_variables

tool = Toolset(Testery)

PlaywrightProject = Annotated[
    str | None, Field(min_length=1, max_length=200, description="Project in playwright.config.")
]
SelectionRules = Annotated[bool, Field(description="Select tests by testery.yml.")]


class Started(Answer):
    """A run that was started."""

    done: str
    run_id: int | None = None
    run: RunRow | None = None
    ordered: list[str]
    link: Key | None = None
    next: str


@tool.spends(verify_with="list_test_runs")
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
    retry_failed: RetryFailed = False,
    timeout_minutes: TimeoutMinutes = None,
    test_timeout_seconds: TestTimeoutSeconds = None,
    playwright_project: PlaywrightProject = None,
    use_selection_rules: SelectionRules = False,
    variables: RunVariables = None,
    report_to_git: ReportToGit = False,
    status_name: StatusName = None,
) -> Asking[Started]:
    """Start a test run on paid machines. Asks the user first."""
    if suite is not None and playwright_project is not None:
        raise Refused("With a suite, the platform ignores playwright_project. Give only one of them.")
    check_variables(variables or (), ())
    project = await known_project(api, project_key)
    order = RunOrder(
        project=project,
        environment=await usable_environment(api, environment_key),
        suite=await known_suite(api, project, suite) if suite is not None else None,
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
        variables=variables or (),
    )
    runs = await newest_runs(api)
    lines = Lines(*order_lines(order, size_of(order, runs)))
    if use_selection_rules:
        lines.say("- The platform leaves out tests that the changes do not touch, per testery.yml")
    if deploy_id is not None:
        lines.say(f"- Tied to deploy {deploy_id}")
    lines.add("Playwright project", playwright_project and given(playwright_project))
    lines.say(*git_lines(report_to_git, status_name))
    question = Lines(f"Start tests of {place(order)}? Machine time is paid.", *lines.lines)
    question.say(*queue_lines(order, runs), *await maintenance_lines(api))
    yield Ask(str(question), order=Order(machines=order.machines))
    created = await api.start_test_run(
        order.run_request(
            report_to_git=report_to_git,
            status_name=status_name,
            deploy_id=deploy_id,
            playwright_project=playwright_project,
            use_selection_rules=use_selection_rules,
        )
    )
    ordered = [f"Tests of {place(order)}", *lines.facts]
    yield await _started(api, "Started.", created.id, {project.id: project.key or ""}, ordered)


async def _started(api: Testery, done: str, run_id: int, keys: dict[int, str], ordered: list[str]) -> Started:
    run = await read_back(api.test_run(run_id))
    return Started(
        done=done if run is not None else f"{done} {UNSEEN}",
        run_id=run_id,
        run=row_of(run, keys) if run is not None else None,
        ordered=ordered,
        link=await api.link("test-runs", run_id),
        next="testery_wait_for_run waits for it.",
    )


@tool.spends(verify_with="list_test_runs")
async def rerun_test_run(api: Testery, run_id: RunId) -> Asking[Started]:
    """Run a test run again on paid machines; this endpoint is unproven. Asks the user first."""
    run, keys = await known_run(api, run_id), await project_keys(api)
    named = describe(run, keys)
    tests = f"up to {many(run.total, 'test')}" if run.total else "an unknown number of tests"
    state = word(run.said or run.status)
    question = Lines(f"Start {named}, which is {state}, once more? Machine time is paid, for {tests}.")
    question.say("Whether all tests run again or only the failed ones is not documented.")
    question.say(*await maintenance_lines(api))
    yield Ask(str(question), order=Order(machines=run.runners * (run.copies or 1) if run.runners else UNKNOWN))
    created = await api.rerun_test_run(run_id)
    ordered = [f"Once more {named}", *([f"Up to {many(run.total, 'test')}"] if run.total else [])]
    if created is None:
        yield Started(
            done="The platform accepted it, but did not say which run it is.",
            ordered=ordered,
            next="testery_list_test_runs shows the newest runs.",
        )
        return
    same = "The same run runs again." if created.id == run_id else "Started again as a new run."
    yield await _started(api, same, created.id, keys, ordered)


@tool.destroys(idempotent=True, verify_with="get_test_run")
async def cancel_test_run(api: Testery, run_id: RunId) -> Asking[Changed[RunRow]]:
    """Cancel a queued or running test run. Asks the user first."""
    run = await known_run(api, run_id)
    if run.is_over:
        raise Refused(f"Run {run.id} is over already: {word(run.said or run.status)}.")
    keys = await project_keys(api)
    tests = f" It has {many(run.total, 'test')}; those that have not run by then will not run." if run.total else ""
    yield Ask(
        f"Cancel {describe(run, keys)}, which is {word(run.said or run.status)}?{tests} "
        "A cancelled run cannot be resumed."
    )
    await api.cancel_test_run(run_id)
    after = await read_back(api.test_run(run_id))
    done = "Cancelled."
    if after is not None and after.status in {"passed", "failed"}:
        done = f"The platform accepted it, but the run had already ended: {word(after.said)}."
    elif after is not None and not after.is_over:
        done = "The platform accepted it; the run has not stopped yet."
    yield Changed(
        done=done,
        now=row_of(after, keys) if after is not None else None,
        before=row_of(run, keys),
        warning=UNSEEN if after is None else None,
    )
