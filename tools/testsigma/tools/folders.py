"""Folders: the tree, one folder, creating, renaming, moving, and deleting with everything below."""

from typing import Annotated, Any, Final

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.errors import NotFound, PlatformError, Refused
from tools.kit.model import Answer
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.question import join_counts
from tools.kit.text import Key, Untrusted, quote
from tools.kit.toolset import Toolset
from tools.testsigma.client.paging import Count
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.folders import Folder
from tools.testsigma.models.projects import Project
from tools.testsigma.models.test_cases import TestCase
from tools.testsigma.tools.changes import Title, describe_changes, not_none, require_change
from tools.testsigma.tools.folder_tree import FolderRef, FolderTree, read_tree
from tools.testsigma.tools.identity import ProjectRef, known_project

tool = Toolset(Testsigma)

Order = Annotated[int | None, Field(ge=0, le=100_000, description="Place among siblings, lowest first.")]
ROOT: Final = "/"


class FolderRow(Answer):
    """A folder with its path."""

    id: Key
    path: Untrusted
    test_cases: Annotated[int | None, Field(description="Directly in it.")] = None


def folder_row(tree: FolderTree, folder_id: str, test_cases: int | None = None) -> FolderRow:
    return FolderRow(id=folder_id, path=tree.path(folder_id) or folder_id, test_cases=test_cases)


class FolderView(Answer):
    """A folder with its subfolders and how many test cases it has."""

    id: Key
    name: Untrusted | None = None
    path: Untrusted | None = None
    order: int | None = None
    subfolders: list[Untrusted] = Field(default_factory=list)
    test_cases: int = Field(description="Directly in it.")
    test_cases_with_subfolders: int
    note: str | None = None


class CaseCounts:
    """How many test cases each folder has."""

    def __init__(self) -> None:
        self.by_folder: dict[str, int] = {}
        self.is_exact = True

    def add(self, case: TestCase) -> None:
        self.by_folder[case.folder_id or ""] = self.by_folder.get(case.folder_id or "", 0) + 1

    def within(self, folder_ids: set[str]) -> Count:
        return Count(sum(self.by_folder.get(folder_id, 0) for folder_id in folder_ids), self.is_exact)


async def count_cases(api: Testsigma, project_id: str) -> CaseCounts:
    """Count all test cases by folder; it is not known whether the platform's filter includes subfolders."""
    counts = CaseCounts()
    walked = await api.walk_test_cases(project_id, counts.add)
    counts.is_exact = walked.coverage(0).complete
    return counts


async def known_folder(api: Testsigma, project: str, folder: str) -> tuple[Project, FolderTree, Folder]:
    """Find a folder, with its project and tree."""
    owner = await known_project(api, project)
    tree = await read_tree(api, owner.id)
    return owner, tree, tree.find_folder(folder)


@tool.reads()
async def get_folder_tree(
    api: Testsigma,
    project: ProjectRef,
    count_test_cases: Annotated[bool, Field(description="Also count test cases; reads all.")] = False,
    limit: Limit = 200,
    cursor: Cursor = None,
) -> Page[FolderRow]:
    """List a project's folders as paths, each after its parent."""
    owner = await known_project(api, project)
    tree = await read_tree(api, owner.id)
    counts = await count_cases(api, owner.id) if count_test_cases else None
    selection: Selection[tuple[int, Folder]] = Selection(
        lambda placed: (placed[0],), limit=limit, cursor=cursor, project=owner.id
    )
    for placed in enumerate(tree.in_order()):
        selection.offer(placed)

    def show(placed: tuple[int, Folder]) -> FolderRow:
        folder = placed[1]
        count = None if counts is None else counts.by_folder.get(folder.id, 0)
        return folder_row(tree, folder.id, count)

    short = counts is not None and not counts.is_exact
    return selection.page(show, tree.coverage, "Not all test cases could be counted." if short else None)


@tool.reads()
async def get_folder(api: Testsigma, project: ProjectRef, folder: FolderRef) -> FolderView:
    """Read one folder: its path, subfolders, and how many test cases it has."""
    owner, tree, found = await known_folder(api, project, folder)
    try:
        fresh = await api.folder(owner.id, found.id)
    except NotFound as error:
        raise NotFound(
            f"Folder {found.id} was deleted. testsigma_get_folder_tree shows the others.", status=404
        ) from error
    counts = await count_cases(api, owner.id)
    return FolderView(
        id=fresh.id,
        name=fresh.name,
        path=tree.path(found.id),
        order=None if fresh.order is None else int(fresh.order),
        subfolders=[child.name or child.id for child in tree.children(found.id)],
        test_cases=counts.by_folder.get(found.id, 0),
        test_cases_with_subfolders=counts.within(tree.within(found.id)).number,
        note=None if counts.is_exact else "Not all test cases could be counted.",
    )


@tool.writes(idempotent=False, verify_with="get_folder_tree")
async def create_folder(
    api: Testsigma,
    project: ProjectRef,
    name: Title,
    parent: Annotated[FolderRef | None, Field(description="Path or UUID. Default: the root.")] = None,
    order: Order = None,
) -> Changed[FolderRow]:
    """Create a folder, at the root or below another one."""
    owner = await known_project(api, project)
    tree = await read_tree(api, owner.id)
    above = None if parent is None else tree.find_folder(parent)
    created = await api.create_folder(owner.id, not_none(name=name, order=order))
    if above is None:
        return Changed(done="Created at the root.", now=FolderRow(id=created.id, path=created.name or name))
    # The API creates folders at the root only; moving is a second request, which may fail alone.
    try:
        await api.move_folder(owner.id, created.id, above.id)
    except PlatformError as error:
        raise type(error)(
            f"The folder was created at the root as {created.id}, but moving it below its parent failed. "
            f"{error.sentence} testsigma_move_folder moves it; do not create it again.",
            status=error.status,
            words=error.words,
        ) from error
    row = FolderRow(id=created.id, path=f"{tree.path(above.id)}/{name}")
    return Changed(done="Created, then moved below its parent.", now=row)


@tool.writes(idempotent=True, verify_with="get_folder")
async def update_folder(
    api: Testsigma, project: ProjectRef, folder: FolderRef, name: Title | None = None, order: Order = None
) -> Changed[FolderRow]:
    """Rename a folder, or change its position among its siblings."""
    fields: dict[str, Any] = not_none(name=name, order=order)
    require_change(fields)
    owner, tree, found = await known_folder(api, project, folder)
    await api.update_folder(owner.id, found.id, fields)
    after = await read_tree(api, owner.id)
    return Changed(done=describe_changes(fields), now=folder_row(after, found.id), before=folder_row(tree, found.id))


@tool.writes(idempotent=True, verify_with="get_folder_tree")
async def move_folder(
    api: Testsigma,
    project: ProjectRef,
    folder: FolderRef,
    parent: Annotated[FolderRef, Field(description="Path or UUID; / for the root.")],
) -> Changed[FolderRow]:
    """Move a folder with everything below it to another parent, or to the root."""
    owner, tree, found = await known_folder(api, project, folder)
    above = None if parent.strip() == ROOT else tree.find_folder(parent)
    if above is not None and above.id in tree.within(found.id):
        raise Refused("A folder cannot be moved into itself or below itself.")
    await api.move_folder(owner.id, found.id, above.id if above is not None else None)
    after = await read_tree(api, owner.id)
    moved = after.get(found.id)
    if moved is not None and moved.parent_id != (above.id if above is not None else None):
        raise PlatformError(
            f"The platform accepted the move and left the folder where it was ({quote(after.path(found.id) or '')})."
        )
    return Changed(done="Moved.", now=folder_row(after, found.id), before=folder_row(tree, found.id))


@tool.destroys(idempotent=True, verify_with="get_folder_tree", typed=True)
async def delete_folder(api: Testsigma, project: ProjectRef, folder: FolderRef) -> Asking[Changed[FolderRow]]:
    """Delete a folder with everything in it and below it. Asks the user first."""
    owner, tree, found = await known_folder(api, project, folder)
    below = tree.within(found.id)
    cases = (await count_cases(api, owner.id)).within(below)
    subfolders = Count(len(below) - 1, tree.coverage.complete)
    counts = join_counts(subfolders.of("subfolder"), cases.of("test case"))
    inside = ", which is empty?"
    if counts:
        inside = f" with {counts} in it? Testsigma does not document whether they are deleted too, with their results: "
        inside += "expect that they are."
    name = f"folder {quote(tree.path(found.id) or '', at_most=1000)} of project {quote(owner.display_name)}"
    yield Ask(f"Delete {name}{inside} There is no undo.", typed=(found.name or found.id) if counts else None)
    await api.delete_folder(owner.id, found.id)
    yield Changed(done=f"Deleted {name}.", before=folder_row(tree, found.id))
