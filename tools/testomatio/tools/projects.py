"""Projects, their configuration, and change sessions, which group the changes to a project."""

from typing import Annotated

from pydantic import Field

from tools.kit.errors import NotFound
from tools.kit.model import Answer, answer_from
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.text import Key, Untrusted
from tools.kit.toolset import Progress, Toolset
from tools.kit.walk import Batch, Walk
from tools.testomatio.client.projects import PAGE
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.projects import Project, ProjectInfo
from tools.testomatio.tools.names import PROJECT

tool = Toolset(Testomatio, needs="api")
web = Toolset(Testomatio, needs="web")

ProjectSlug = Annotated[str | None, Field(description="Slug or title; default: the configured one."), PROJECT]


class ProjectRow(Answer):
    """A project as a list shows it."""

    id: Key
    title: Untrusted | None = None
    status: Key | None = None
    archived: bool | None = Field(None, description="Only the web app shows its tests.")
    framework: Key | None = None
    tests: int | None = None


@web.reads(full_text_in="get_project")
async def list_projects(
    api: Testomatio,
    progress: Progress,
    text: Annotated[str | None, Field(description="Part of the title or slug.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ProjectRow]:
    """List the projects of the account; other tools take the slug (id) as project."""
    order: dict[str, int] = {}
    selection: Selection[Project] = Selection(lambda p: (order[p.id],), limit=limit, cursor=cursor, text=text)
    part = (text or "").casefold()

    async def fetch(page: int, size: int) -> Batch[Project]:
        answer = await api.projects_page(page, size)
        return Batch(answer.data, total=answer.meta.total, size=answer.meta.per_page)

    def on_row(project: Project) -> None:
        order[project.id] = len(order)
        if part in f"{project.title or ''} {project.id}".casefold():
            selection.offer(project)

    walk = Walk(fetch, on_row, key=lambda p: p.id, sizes=(PAGE,), broken=frozenset(), progress=progress)
    walked = await walk.run()
    return selection.page(
        lambda p: answer_from(ProjectRow, p, archived=p.status == "archived" or None, tests=p.tests_count),
        walked.coverage(selection.matched),
    )


@web.reads()
async def get_project(api: Testomatio, project: ProjectSlug = None) -> Project:
    """Read one project, with its environments and the custom statuses of its results."""
    slug = api.project_of(project)
    try:
        return await api.project(slug)
    except NotFound as error:
        raise no_such_project(slug) from error


@tool.reads()
async def get_project_info(api: Testomatio, project: ProjectSlug = None) -> ProjectInfo:
    """Read a project's configuration: environments, labels, tags, features of the plan, CI profiles."""
    slug = api.project_of(project)
    try:
        return await api.project_info(slug)
    except NotFound as error:
        raise no_such_project(slug) from error


def no_such_project(slug: str) -> NotFound:
    """The error for a project that does not exist, or that the user of the token is not a member of."""
    return NotFound(
        f"No project {slug[:100]!r} for this token: the slug is wrong, the user is not a member, or the token belongs "
        "to another project. The address of a project's page has its slug; testomatio_list_projects, where it is "
        "offered, lists all.",
        status=404,
    )


class Session(Answer):
    """A change session of a project."""

    done: str
    description: str | None = None
    next: str | None = None


@tool.writes(idempotent=False, verify_with=None)
async def open_change_session(
    api: Testomatio,
    description: Annotated[str, Field(min_length=1, max_length=500, description="What the changes are for.")],
    project: ProjectSlug = None,
) -> Session:
    """Group all following changes under one entry of the project's history, until it is closed."""
    slug = api.project_of(project)
    before = await api.close_session(slug)  # nothing could close it later: one session is stored for each project
    try:
        await api.open_session(slug, description=description)
    except NotFound as error:
        raise no_such_project(slug) from error
    return Session(
        done="Opened." if before is None else "Opened; the one that was open before is closed.",
        description=description,
        next="Make the changes, then testomatio_close_change_session.",
    )


@tool.writes(idempotent=True, verify_with=None)
async def close_change_session(api: Testomatio, project: ProjectSlug = None) -> Session:
    """Close the change session of a project; does nothing where none is open."""
    description = await api.close_session(api.project_of(project))
    return Session(done="Closed." if description is not None else "None was open.", description=description)
