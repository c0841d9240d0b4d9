"""The folders of a project as a tree, built from the flat list, and finding a folder by path, name or id."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import Field

from tools.kit.errors import NotFound, Refused
from tools.kit.page import Coverage
from tools.kit.text import quote
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.folders import Folder

FolderRef = Annotated[str, Field(min_length=1, max_length=1000, description="Path (Checkout/Coupons), name or UUID.")]
DEEPEST: Final = 100
"""Deeper folders are taken for a cycle."""


@dataclass
class FolderTree:
    """Folders by id, with the path from the root to each."""

    folders: list[Folder]
    coverage: Coverage
    _by_id: dict[str, Folder] = field(init=False)
    _below: dict[str | None, list[Folder]] = field(init=False)

    def __post_init__(self) -> None:
        self._by_id = {folder.id: folder for folder in self.folders}
        self._below = {}
        for folder in self.folders:
            parent = folder.parent_id if folder.parent_id in self._by_id else None
            self._below.setdefault(parent, []).append(folder)

    def get(self, folder_id: str | None) -> Folder | None:
        return self._by_id.get(folder_id or "")

    def children(self, folder_id: str | None) -> list[Folder]:
        """The folders directly below one, or at the root, in their order."""
        last = float("inf")
        return sorted(self._below.get(folder_id, []), key=lambda one: last if one.order is None else one.order)

    def path(self, folder_id: str | None) -> str | None:
        """The names from the root to a folder; None for an unknown folder."""
        names, here = list[str](), self.get(folder_id)
        if here is None:
            return None
        while here is not None and len(names) < DEEPEST:
            names.append(here.name or here.id)
            here = self.get(here.parent_id)
        return "/".join(reversed(names))

    def within(self, folder_id: str) -> set[str]:
        """The ids of a folder and of all folders below it."""
        found, todo = {folder_id}, [folder_id]
        while todo:
            for child in self._below.get(todo.pop(), []):
                if child.id not in found:
                    found.add(child.id)
                    todo.append(child.id)
        return found

    def in_order(self) -> Iterator[Folder]:
        """Every folder after its parent; folders in a cycle come last."""
        yielded: set[str] = set()

        def below(parent: str | None, depth: int) -> Iterator[Folder]:
            for folder in self.children(parent):
                if folder.id not in yielded and depth < DEEPEST:
                    yielded.add(folder.id)
                    yield folder
                    yield from below(folder.id, depth + 1)

        yield from below(None, 0)
        yield from (folder for folder in self.folders if folder.id not in yielded)

    def find_folder(self, word: str) -> Folder:
        """The folder with this path, name or id.

        Raises:
            NotFound: when there is none.
            Refused: when there are several.
        """
        folded = word.strip().strip("/").casefold()
        if (by_id := self.get(folded)) is not None:
            return by_id
        found = [one for one in self.folders if (self.path(one.id) or "").casefold() == folded]
        found = found or [one for one in self.folders if (one.name or "").casefold() == folded]
        if len(found) == 1:
            return found[0]
        if found:
            paths = ", ".join(f"{quote(self.path(one.id) or '')} {one.id}" for one in found[:10])
            raise Refused(f"Several folders are called {word[:80]!r}: {paths}. Give the UUID.")
        short = "" if self.coverage.complete else f" Not all folders could be read: {self.coverage.why}."
        raise NotFound(f"No folder {word[:80]!r}. testsigma_get_folder_tree shows paths.{short}", status=404)


async def read_tree(api: Testsigma, project_id: str) -> FolderTree:
    """Read the folders of a project."""
    listed = await api.folders(project_id)
    return FolderTree(listed.rows, listed.coverage)
