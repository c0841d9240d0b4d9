"""Projects and their test suites."""

from typing import Annotated

from pydantic import Field

from tools.kit.errors import NotFound
from tools.kit.naming import Choice, pick
from tools.kit.page import Coverage, Cursor, Limit, Page, Selection
from tools.kit.text import many, quote
from tools.kit.toolset import Toolset
from tools.kit.vocabulary import instead_of
from tools.testery.client.testery import Testery
from tools.testery.models.projects import Project, Suite

tool = Toolset(Testery)

ProjectKey = Annotated[str, Field(min_length=1, max_length=200, description="From testery_list_projects.")]


async def known_project(api: Testery, project_key: str) -> Project:
    """Find a project by its key, name or id.

    Raises:
        NotFound: if there is none; names those there are.
    """
    projects = await api.projects()
    exact = [project for project in projects if project.key == project_key]
    if len(exact) == 1:
        return exact[0]
    choices = [Choice(project.id, project.name, project.key or "") for project in projects]
    choices += [Choice(project.id, project.key) for project in projects if project.key]
    number = pick(project_key, choices, what="project", shows="testery_list_projects", parts=False).id
    return next(project for project in projects if project.id == number)


async def known_suite(api: Testery, project: Project, name: str) -> Suite:
    """Find a suite of a project by its name, ignoring case.

    Raises:
        NotFound: if there is none of that name, or more than one.
    """
    every = await api.test_suites(project.id)
    suites = [suite for suite in every if (suite.name or "").casefold() == name.casefold()]
    if len(suites) == 1:
        return suites[0]
    count = many(len(suites), "suite") if suites else "no suite"
    hint = "" if suites else instead_of(name, [suite.name for suite in every]) + " "
    raise NotFound(
        f"Project {quote(project.key or project.id)} has {count} {quote(name, at_most=60)}. {hint}"
        "testery_list_test_suites shows names.",
        status=404,
    )


async def project_keys(api: Testery) -> dict[int, str]:
    """The keys of all projects by their ids."""
    return {project.id: project.key for project in await api.projects() if project.key}


@tool.reads()
async def list_projects(api: Testery, limit: Limit = 50, cursor: Cursor = None) -> Page[Project]:
    """List the projects, with the keys other tools take."""
    selection: Selection[Project] = Selection(lambda project: (project.id,), limit=limit, cursor=cursor)
    for project in await api.projects():
        selection.offer(project)
    return selection.page(lambda project: project, complete_coverage(selection.matched))


@tool.reads()
async def list_test_suites(
    api: Testery, project_key: ProjectKey, limit: Limit = 50, cursor: Cursor = None
) -> Page[Suite]:
    """List the test suites of a project; runs and schedules take their names."""
    project = await known_project(api, project_key)
    selection: Selection[Suite] = Selection(lambda suite: (suite.id,), limit=limit, cursor=cursor, project=project.id)
    for suite in await api.test_suites(project.id):
        selection.offer(suite)
    return selection.page(lambda suite: suite, complete_coverage(selection.matched))


def complete_coverage(loaded: int, matched: int | None = None) -> Coverage:
    """The coverage of a list that the API returns in one piece."""
    return Coverage(total=loaded, loaded=loaded, matched=loaded if matched is None else matched, complete=True)
