"""Deploys: telling the platform that a version is somewhere, which may start the tests that wait for it."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from tools.kit.errors import Refused
from tools.kit.model import Answer
from tools.kit.question import Lines
from tools.kit.text import given as given_text
from tools.kit.text import many, quote
from tools.kit.toolset import Toolset
from tools.testery.client.testery import Testery
from tools.testery.models.orders import Deployment, given
from tools.testery.models.schedules import Schedule
from tools.testery.tools.environments import EnvironmentKey, usable_environment
from tools.testery.tools.order_fields import Branch, Build, Commit, ReportToGit, StatusName
from tools.testery.tools.order_questions import git_lines, maintenance_lines
from tools.testery.tools.projects import ProjectKey, known_project
from tools.testery.tools.read_back import read_back
from tools.testery.tools.runs import RunRow, row_of

tool = Toolset(Testery)

MOST_NAMED: Final = 20

GitProvider = Annotated[Literal["GitHub", "BitBucket"] | None, Field(description="Goes with git_owner and git_repo.")]
GitName = Annotated[str | None, Field(min_length=1, max_length=200, description="Of the repository.")]


class Deployed(Answer):
    """A deploy that was told, with the runs it has started so far."""

    done: str
    deploy_id: int
    ordered: list[str]
    runs: list[RunRow]
    next: str


def git_fields(provider: str | None, owner: str | None, repo: str | None) -> Mapping[str, str] | None:
    """The three fields of a repository, which go together.

    Raises:
        Refused: when some of them are missing.
    """
    fields = {name: value for name, value in (("Provider", provider), ("Owner", owner), ("Repo", repo)) if value}
    if 0 < len(fields) < 3:
        raise Refused("git_provider, git_owner and git_repo go together.")
    return {f"git{name}": value for name, value in fields.items()} or None


async def about_to_deploy(
    api: Testery,
    project_key: str,
    environment_key: str,
    build: str | None,
    branch: str | None,
    commit: str | None,
    status_name: str | None,
    report_to_git: bool,
    git_provider: GitProvider,
    git_owner: str | None,
    git_repo: str | None,
) -> str | None:
    git_fields(git_provider, git_owner, git_repo)
    project = await known_project(api, project_key)
    environment = await usable_environment(api, environment_key)
    fired = [schedule for schedule in await api.schedules() if schedule.is_fired_by(project.id)]
    if not fired:
        return None
    here = [one for one in fired if one.environment_id in (None, environment.id)]
    lines = [f"Tell Testery that project {given_text(project_key)} was deployed to {given_text(environment_key)}?"]
    lines += version_lines(build, branch, commit, git_provider, git_owner, git_repo)
    lines.append(f"- Schedules it starts, each a paid run: {_named(here)}")
    if len(fired) > len(here):
        lines.append(
            f"- Not expected to start, since they are for other environments: "
            f"{_named([one for one in fired if one not in here])}"
        )
    lines += git_lines(report_to_git, status_name)
    lines += maintenance_lines(await api.maintenances())
    lines.append("The platform decides what it starts; a deploy cannot be taken back.")
    return "\n".join(lines)


def version_lines(
    build: str | None,
    branch: str | None,
    commit: str | None,
    git_provider: GitProvider,
    git_owner: str | None,
    git_repo: str | None,
) -> list[str]:
    """What was deployed, in the question and in the answer."""
    version = given(branch=branch, commit=commit, build=build)
    lines = Lines()
    lines.add("Version", ", ".join(f"{name} {given_text(value)}" for name, value in version.items()))
    if git_provider and git_owner and git_repo:
        lines.add("Repository", f"{given_text(git_repo)} of {given_text(git_owner)} on {git_provider}")
    return lines.lines


def _named(schedules: list[Schedule]) -> str:
    named = "; ".join(f"{one.id} {quote(one.name or '')}" for one in schedules[:MOST_NAMED])
    more = f" and {len(schedules) - MOST_NAMED} more" if len(schedules) > MOST_NAMED else ""
    return f"{len(schedules)} ({named}{more})" if named else "none that is known"


@tool.spends(about_to_deploy, verify_with=None)
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
) -> Deployed:
    """Tell the platform of a deploy; a person is asked where that starts schedules, whose runs are paid."""
    git = git_fields(git_provider, git_owner, git_repo)
    project = await known_project(api, project_key)
    await usable_environment(api, environment_key)
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
    keys = {project.id: project.key or ""}
    ordered = Lines(
        f"Project {given_text(project_key)} was deployed to {given_text(environment_key)}",
        *version_lines(build, branch, commit, git_provider, git_owner, git_repo),
        *git_lines(report_to_git, status_name),
    )
    return Deployed(
        ordered=ordered.facts,
        done=f"Told. {many(len(runs), 'run')} started so far; more may follow.",
        deploy_id=created.id,
        runs=[row_of(run, keys) for run in runs],
        next=f"testery_list_test_runs with deploy_id {created.id} shows the runs it starts.",
    )
