"""Where imported test cases go: folders found by the titles of a file, or that have to be made."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tools.kit.errors import PlatformError, Refused
from tools.kit.model import not_none
from tools.kit.text import many, quote
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.tools.folder_tree import FolderTree

Path = tuple[str, ...]


@dataclass
class Places:
    """The folders of a project, and those that an import needs below `root`."""

    tree: FolderTree
    root: str | None = None
    """The id of a folder; None for the root of the project."""
    new: dict[Path, str | None] = field(default_factory=dict)
    """Folders to make by their names below `root`, the first of each with the id of the folder that it is made in."""

    def place_of(self, names: Path) -> tuple[str | None, Path]:
        """The id of the folder for a test case, or the names of a folder that is to be made.

        Raises:
            Refused: where no folder is named, or several have the name.
        """
        if not names:
            if self.root is None:
                raise Refused("it names no folder; give folder for such test cases")
            return self.root, ()
        at, below = self.root, list(names)
        while below and (found := self._child(at, below[0])) is not None:
            at = found
            below.pop(0)
        if not below:
            return at, ()
        if len(names) == 1 and (found := self._anywhere(names[0])) is not None:
            return found, ()
        first = len(names) - len(below) + 1
        for depth in range(first, len(names) + 1):
            self.new.setdefault(names[:depth], at if depth == first else None)
        return None, names

    def keep(self, wanted: Iterable[Path]) -> None:
        """Make only the folders that these need."""
        needed = {names[:depth] for names in wanted for depth in range(1, len(names) + 1)}
        self.new = {names: above for names, above in self.new.items() if names in needed}

    @property
    def names(self) -> list[str]:
        above = self.tree.path(self.root)
        return ["/".join(filter(None, (above, *names))) for names in self.new]

    def _child(self, above: str | None, name: str) -> str | None:
        named = [one.id for one in self.tree.children(above) if (one.name or "").casefold() == name.casefold()]
        if len(named) > 1:
            raise Refused(f"several folders are called {quote(name)} ({', '.join(named[:5])}); give folder")
        return named[0] if named else None

    def _anywhere(self, name: str) -> str | None:
        """The only folder of this name, wherever it is below the root."""
        inside = self.tree.within(self.root) if self.root else {one.id for one in self.tree.folders}
        named = [
            one.id for one in self.tree.folders if one.id in inside and (one.name or "").casefold() == name.casefold()
        ]
        if len(named) > 1:
            raise Refused(f"several folders are called {quote(name)} ({', '.join(named[:5])}); give folder")
        return named[0] if named else None


async def make_folders(api: Testsigma, project_id: str, places: Places) -> dict[Path, str]:
    """Make the folders that are missing, outer ones first; answers their ids.

    Raises:
        PlatformError: saying how many were made before one failed.
    """
    made: dict[Path, str] = {}
    for names, above in places.new.items():
        parent = made.get(names[:-1]) or above or places.root
        created = ""
        try:
            created = (await api.create_folder(project_id, not_none(name=names[-1]))).id
            if parent is not None:  # the API creates folders at the root only
                await api.move_folder(project_id, created, parent)
        except PlatformError as error:
            if not made and not created:
                raise
            left = (
                f"{quote(names[-1])} was created at the root as {created} and could not be moved. " if created else ""
            )
            raise type(error)(
                f"{many(len(made), 'folder was', 'folders were')} created before one failed; no test case was sent. "
                f"{left}{error.sentence}",
                request=error.request,
                status=error.status,
                words=error.words,
            ) from error
        made[names] = created
    return made
