"""Projects: listing, reading, creating, changing, and deleting with everything in them."""

from functools import partial
from typing import Annotated

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, text_fields
from tools.kit.errors import NotFound, Refused
from tools.kit.model import Answer
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.question import join_counts
from tools.kit.text import quote, word
from tools.kit.together import gather
from tools.kit.toolset import Progress, Toolset
from tools.testsigma.client.paging import Count, counted
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.projects import Project
from tools.testsigma.tools.changes import LongText, Title, describe_changes, not_none, require_change
from tools.testsigma.tools.identity import ProjectRef, alphabetical_key, known_project, sort_key

tool = Toolset(Testsigma)


@tool.reads(full_text_in="get_project")
async def list_projects(
    api: Testsigma,
    progress: Progress,
    text: Annotated[str | None, Field(description="Part of the name.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Project]:
    """List the projects. A project's prefix (HRB) is the prefix of all ids in it."""
    selection: Selection[Project] = Selection(
        lambda one: (alphabetical_key(one.prefix), *sort_key(None, one.id)), limit=limit, cursor=cursor, text=text
    )

    def on_row(project: Project) -> None:
        if not text or text.casefold() in (project.name or "").casefold():
            selection.offer(project)

    walked = await api.walk_projects(on_row, progress=progress)
    return selection.page(lambda project: project, walked.coverage(selection.matched))


class ProjectContents(Answer):
    """How many things of each kind a project has."""

    folders: int
    test_cases: int
    step_groups: int
    test_runs: int
    test_plans: int


class ProjectView(Answer):
    """A project and how much is in it."""

    project: Project
    holds: ProjectContents
    note: str | None = None


async def count_contents(api: Testsigma, project_id: str) -> dict[str, Count]:
    """Count what a project has, by kind."""
    counts = await gather(
        [
            partial(counted, partial(api.folders_page, project_id)),
            partial(counted, partial(api.test_cases_page, project_id)),
            partial(counted, partial(api.step_groups_page, project_id)),
            partial(counted, partial(api.test_runs_page, project_id)),
            partial(counted, partial(api.test_plans_page, project_id)),
        ],
        at_once=2,
    )
    return dict(zip(("folder", "test case", "step group", "test run", "test plan"), counts, strict=True))


@tool.reads(long_text=True)
async def get_project(api: Testsigma, project: ProjectRef) -> ProjectView:
    """Read one project, and count its folders, test cases, step groups, runs and plans."""
    found = await fresh_project(api, project)
    counts = await count_contents(api, found.id)
    holds = ProjectContents.model_validate(
        {f"{kind}s".replace(" ", "_"): count.number for kind, count in counts.items()}
    )
    short = [count.of(kind) for kind, count in counts.items() if not count.is_exact]
    note = f"Not all could be counted: {', '.join(short)}." if short else None
    return ProjectView(project=found, holds=holds, note=note)


async def fresh_project(api: Testsigma, project: str) -> Project:
    """Read a project that is found in the cached list.

    Raises:
        NotFound: when it was deleted since the list was read.
    """
    found = await known_project(api, project)
    try:
        return await api.project(found.id)
    except NotFound as error:
        api.project_cache.forget()
        raise NotFound(
            f"Project {project[:80]!r} was deleted. testsigma_list_projects shows the others.", status=404
        ) from error


@tool.writes(idempotent=False, verify_with="list_projects")
async def create_project(
    api: Testsigma,
    name: Title,
    prefix: Annotated[
        str, Field(min_length=1, max_length=20, description="Letters and digits (HRB), of all ids; immutable.")
    ],
    description: LongText | None = None,
) -> Changed[Project]:
    """Create a project. Its prefix cannot be changed later."""
    if not (prefix.isascii() and prefix.isalnum()):
        raise Refused("A prefix has letters and digits only, such as HRB.")
    for other in (await api.projects(fresh=True)).rows:
        if (other.prefix or "").casefold() == prefix.casefold():
            raise Refused(f"The prefix {prefix} is taken by {quote(other.display_name)}.")
    created = await api.create_project(not_none(name=name, human_id_prefix=prefix.upper(), description=description))
    return Changed(done=f"Created; the prefix of its ids is {created.prefix or prefix.upper()}.", now=created)


@tool.writes(idempotent=True, verify_with="get_project")
async def update_project(
    api: Testsigma,
    project: ProjectRef,
    name: Title | None = None,
    description: LongText | None = None,
    edits: Edits = None,
) -> Changed[Project]:
    """Change a project's name or description; omitted fields stay."""
    fields = not_none(name=name, description=description)
    require_change(fields | not_none(edits=edits))
    before = await fresh_project(api, project)
    fields |= apply_edits(text_fields(before, "name", "description"), edits, fields)
    return Changed(done=describe_changes(fields), now=await api.update_project(before.id, fields), before=before)


@tool.destroys(idempotent=True, verify_with="list_projects", typed=True)
async def delete_project(api: Testsigma, project: ProjectRef) -> Asking[Changed[Project]]:
    """Delete a project with everything in it. Asks the user first."""
    before = await fresh_project(api, project)
    counts = join_counts(*[count.of(kind) for kind, count in (await count_contents(api, before.id)).items()])
    prefix = f" with the prefix {word(before.prefix)}" if before.prefix else ""
    yield Ask(
        f"Delete project {quote(before.name or '')}{prefix} ({word(before.id)}), "
        f"{f'and everything in it: {counts}, with all results' if counts else 'which is empty'}? There is no undo.",
        typed=before.name or before.id,
    )
    await api.delete_project(before.id)
    name = f"project {word(before.key)} {quote(before.name or '')}"
    yield Changed(done=f"Deleted {name} with everything in it.", before=before)
