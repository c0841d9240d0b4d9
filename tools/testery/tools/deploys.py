"""Reporting a deploy, which may start the schedules that wait for it."""

from typing import Annotated, Literal

from pydantic import Field

from tools.kit.asking import UNKNOWN, Ask, Asking, Order
from tools.kit.errors import Refused
from tools.kit.model import Answer
from tools.kit.question import Lines
from tools.kit.text import given, many
from tools.kit.toolset import Toolset
from tools.testery.client.testery import Testery
from tools.testery.models.orders import Deployment, without_none
from tools.testery.tools.environments import EnvironmentKey, usable_environment
from tools.testery.tools.order_fields import Branch, Build, Commit, ReportToGit, StatusName
from tools.testery.tools.order_questions import git_lines, maintenance_lines, name_schedules
from tools.testery.tools.projects import ProjectKey, known_project
from tools.testery.tools.read_back import read_back
from tools.testery.tools.runs import RunRow, row_of

tool = Toolset(Testery)

GitProvider = Annotated[Literal["GitHub", "BitBucket"] | None, Field(description="Goes with git_owner and git_repo.")]
GitName = Annotated[str | None, Field(min_length=1, max_length=200, description="As in owner/repo.")]


class Deployed(Answer):
    """A reported deploy, with the runs it has started so far."""

    done: str
    deploy_id: int
    ordered: list[str]
    runs: list[RunRow]
    next: str


@tool.spends(verify_with=None)
async def create_deploy(
    api: Testery,
    project_key: ProjectKey,
    environment_key: EnvironmentKey,
    build: Build = None,
    branch: Branch = None,
    commit: Commit = None,
    status_name: StatusName = None,
    report_to_git: ReportToGit = False,
    git_provider: GitProvider = None,
    git_owner: GitName = None,
    git_repo: GitName = None,
) -> Asking[Deployed]:
    """Report a deploy. Asks the user first where that starts schedules, whose runs are paid."""
    git = without_none(gitProvider=git_provider, gitOwner=git_owner, gitRepo=git_repo)
    if 0 < len(git) < 3:
        raise Refused("git_provider, git_owner and git_repo go together.")
    project = await known_project(api, project_key)
    environment = await usable_environment(api, environment_key)
    fired = [schedule for schedule in await api.schedules() if schedule.is_fired_by(project.id)]
    started = [one for one in fired if one.environment_id in (None, environment.id)]
    version = without_none(branch=branch, commit=commit, build=build)
    lines = Lines()
    lines.add("Version", ", ".join(f"{name} {given(value)}" for name, value in version.items()))
    if git:
        lines.add("Repository", f"{given(git_repo)} of {given(git_owner)} on {git_provider}")
    lines.say(*git_lines(report_to_git, status_name))
    deployed = f"project {given(project_key)} was deployed to {given(environment_key)}"
    question = Lines(f"Tell Testery that {deployed}?", *lines.lines)
    question.add("Schedules it starts, each a paid run", name_schedules(started))
    if len(fired) > len(started):
        others = name_schedules([one for one in fired if one not in started])
        question.add("Not expected to start, since they are for other environments", others)
    if fired:
        question.say(*await maintenance_lines(api))
    question.say("The platform decides what it starts; a deploy cannot be undone.")
    machines = [one.runners * (one.copies or 1) if one.runners else UNKNOWN for one in fired]
    yield Ask(str(question) if fired else None, order=Order(acts=len(fired), machines=sum(machines)))
    deployment = Deployment(
        project_key=project_key,
        environment_key=environment_key,
        branch=branch,
        commit=commit,
        build=build,
        status_name=status_name,
        report_to_git=report_to_git,
        git=git,
    )
    created = await api.create_deploy(deployment.body())
    runs = await read_back(api.runs_of_deploy(created.id)) or []
    yield Deployed(
        ordered=[deployed, *lines.facts],
        done=f"Reported. {many(len(runs), 'run')} started so far; more may follow.",
        deploy_id=created.id,
        runs=[row_of(run, {project.id: project.key or ""}) for run in runs],
        next=f"testery_list_test_runs with deploy_id {created.id} shows the runs it starts.",
    )
