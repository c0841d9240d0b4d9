"""Groups of runs, which may hold subgroups."""

from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, text_fields
from tools.kit.errors import Refused
from tools.kit.model import Answer, Sent, answer_from
from tools.kit.page import Cursor, Limit, Page, digest
from tools.kit.question import join_counts
from tools.kit.text import Key, Untrusted, many, quote, word
from tools.kit.toolset import Progress, Toolset, no_progress
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.runs import Rungroup
from tools.testomatio.tools.paging import drain, page_of
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.run_changes import Description, Title, change_of, given
from tools.testomatio.tools.runs import GroupId, RunRow, known_group, row_of
from tools.testomatio.tools.scope import of_project, place

tool = Toolset(Testomatio, needs="api")

DEEPEST: Final = 20
MOST_SUBGROUPS: Final = 50

ParentId = Annotated[str | None, Field(description="Group to put it in.")]
Pin = Annotated[bool | None, Field(description="Pin it in the web app.")]
GroupKind = Annotated[str | None, Field(description="Such as build.")]


def flatten(groups: list[Rungroup], parent: str | None = None, depth: int = 0) -> Iterator[tuple[int, Rungroup]]:
    """A tree of groups in reading order, each with its depth and its parent's id."""
    for group in groups:
        yield depth, group if group.parent_id or parent is None else group.model_copy(update={"parent_id": parent})
        if depth < DEEPEST:
            yield from flatten(group.children, group.id, depth + 1)


async def all_groups(
    api: Testomatio, project: str, *, progress: Progress = no_progress
) -> tuple[list[tuple[int, Rungroup]], str | None]:
    """Every group of a project in reading order, and what could not be read."""
    with of_project(project):
        read = await drain(lambda page: api.rungroups_page(project, page), progress=progress)
    return list(flatten(read.rows)), read.why


class GroupRow(Answer):
    """A group as a list shows it."""

    id: Key
    title: Untrusted | None = None
    depth: int = Field(description="0 for a root; subgroups follow their group.")
    parent_id: Key | None = None
    kind: Key | None = None
    status: Key | None = None
    runs: int | None = None
    archived_at: Key | None = None


@tool.reads(full_text_in="get_rungroup")
async def list_rungroups(
    api: Testomatio,
    progress: Progress,
    text: Annotated[str | None, Field(description="Part of the title.")] = None,
    archived: Annotated[bool | None, Field(description="Only those archived, or only those not.")] = None,
    project: ProjectSlug = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[GroupRow]:
    """List the groups of runs as a tree. testomatio_list_runs with group_id lists the runs in one."""
    slug = api.project_of(project)
    rows, why = await all_groups(api, slug, progress=progress)
    words = (text or "").casefold()
    fit = [
        (depth, group)
        for depth, group in rows
        if words in (group.title or "").casefold() and (archived is None or (group.archived_at is not None) is archived)
    ]
    page = page_of(
        [_row(depth, group) for depth, group in fit],
        loaded=len(rows),
        why=why,
        limit=limit,
        cursor=cursor,
        filters=digest(query=[slug, text, archived]),
    )
    if rows and not any(depth for depth, _ in rows) and not any(group.children for _, group in rows):
        page.note = "Only roots came: there are no subgroups, or this server does not list them."
    return page


def _row(depth: int, group: Rungroup) -> GroupRow:
    return answer_from(GroupRow, group, depth=depth, runs=group.runs_count)


class GroupWhole(Answer):
    """A group with its subgroups and the newest of its own runs."""

    group: Rungroup
    subgroups: list[GroupRow]
    runs: list[RunRow] = Field(description="The newest 20 directly in it; testomatio_list_runs has all.")
    runs_total: int | None = Field(default=None, description="Runs directly in it.")


@tool.reads(long_text=True)
async def get_rungroup(api: Testomatio, group_id: GroupId, project: ProjectSlug = None) -> GroupWhole:
    """Read one group of runs, with its subgroups and newest runs."""
    slug = api.project_of(project)
    group = await known_group(api, slug, group_id)
    runs = await api.runs_page(slug, [("groupId", group_id)], 1, 20)
    below = [_row(depth, child) for depth, child in flatten(group.children, group.id)]
    own = [row_of(run) for run in runs.data if run.rungroup_id in {None, group_id}]
    return GroupWhole(group=group, subgroups=below, runs=own, runs_total=runs.meta.total)


class Subgroup(Sent):
    """A group to create inside the new one."""

    title: Title
    description: Description = None


class GroupState(Answer):
    """A group by its title, and when it was archived."""

    id: Key
    title: Untrusted | None = None
    archived_at: Key | None = None


@tool.writes(idempotent=False, verify_with="list_rungroups")
async def create_rungroup(
    api: Testomatio,
    title: Title,
    parent_id: ParentId = None,
    kind: GroupKind = None,
    description: Description = None,
    pin: Pin = None,
    subgroups: Annotated[
        list[Subgroup] | None, Field(max_length=MOST_SUBGROUPS, description="Groups to create inside it.")
    ] = None,
    project: ProjectSlug = None,
) -> Changed[Rungroup]:
    """Create a group of runs, optionally with subgroups."""
    slug = api.project_of(project)
    children = [subgroup.model_dump(exclude_none=True) for subgroup in subgroups or ()]
    fields = given(title=title, parent_id=parent_id, kind=kind, description=description, pin=pin)
    fields |= {"children": children} if children else {}
    with of_project(slug):
        group = await api.create_rungroup(slug, fields)
    inside = f" with {many(len(children), 'subgroup')}" if children else ""
    return Changed(done=f"Created{inside}.", now=group)


@tool.writes(idempotent=True, verify_with="get_rungroup")
async def update_rungroup(
    api: Testomatio,
    group_id: GroupId,
    title: Title | None = None,
    parent_id: ParentId = None,
    kind: GroupKind = None,
    status: Annotated[str | None, Field(description="Such as running.")] = None,
    description: Description = None,
    pin: Pin = None,
    edits: Edits = None,
    project: ProjectSlug = None,
) -> Changed[Rungroup]:
    """Change a group of runs, or move it with parent_id."""
    fields: dict[str, Any] = given(
        title=title, parent_id=parent_id, kind=kind, status=status, description=description, pin=pin, edits=edits
    )
    if not fields:
        raise Refused("Give at least one thing to change.")
    slug = api.project_of(project)
    before = await known_group(api, slug, group_id)
    fields |= apply_edits(text_fields(before, "title", "description"), fields.pop("edits", None), fields)
    await api.update_rungroup(slug, group_id, fields)
    return change_of(before, await api.rungroup(slug, group_id), fields)


async def runs_below(api: Testomatio, project: str, group: Rungroup) -> tuple[int, int, bool]:
    """Count a group's subgroups and the runs in all of them, and say whether the counts are complete.

    `runs_count` leaves out the runs of subgroups, so each group is counted.
    """
    groups, why = await all_groups(api, project)
    complete = why is None
    inside = {group.id, *(child.id for _, child in flatten(group.children, group.id))}
    before = 0
    while before != len(inside):
        before = len(inside)
        inside |= {child.id for _, child in groups if child.parent_id in inside}
    runs = 0
    for group_id in sorted(inside)[:MOST_SUBGROUPS]:
        page = await api.runs_page(project, [("groupId", group_id), ("count", "true")], 1, 1)
        runs += page.meta.total or 0
        complete = complete and page.meta.total is not None
    return len(inside) - 1, runs, complete and len(inside) <= MOST_SUBGROUPS


@tool.destroys(idempotent=True, verify_with="list_rungroups")
async def delete_rungroup(
    api: Testomatio, group_id: GroupId, project: ProjectSlug = None
) -> Asking[Changed[GroupState]]:
    """Delete a group of runs. Asks the user first."""
    slug = api.project_of(project)
    group = await known_group(api, slug, group_id)
    subgroups, runs, complete = await runs_below(api, slug, group)
    counts = join_counts(many(subgroups, "subgroup", complete=complete), many(runs, "run", complete=complete))
    fate = f"It holds {counts}; Testomat.io does not say whether it deletes them too." if counts else "It is empty."
    name = f"group {word(group.id)} {quote(group.title or 'without a title')} of {place(slug)}"
    yield Ask(f"Delete {name}? {fate} There is no undo; archiving would only hide it.")
    await api.delete_rungroup(slug, group_id)
    yield Changed(done=f"Deleted {name}.", before=GroupState(id=group.id, title=group.title))
