"""Where imported tests go: suites found by the titles of a file, or that have to be made."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from tools.kit.errors import NotFound, PlatformError, Refused
from tools.kit.text import many, quote
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.suites import FOLDER, Suite
from tools.testomatio.models.tests import plain_title
from tools.testomatio.tools.forest import Forest, read_forest
from tools.testomatio.tools.placing import describe
from tools.testomatio.tools.scope import Pairs

Path = tuple[str, ...]
SEPARATOR: Final = " / "


@dataclass
class Places:
    """The suites of a project, and those that an import needs below `root`."""

    forest: Forest
    root: Suite | None = None
    new: dict[Path, str | None] = field(default_factory=dict)
    """Suites to make by their titles from the root, with the folder that they are made in."""

    def place_of(self, titles: Path, suite_id: str | None) -> tuple[str | None, Path]:
        """The id of the suite for a test, or the titles of a suite that is to be made.

        Raises:
            Refused: where no suite is named, or the named one cannot hold tests.
        """
        if self.root is not None and not self.forest.is_folder(self.root.id):
            return self.root.id, ()
        if suite_id is not None and suite_id in self.forest.suites:
            return self._holder(suite_id), ()
        if not titles:
            raise Refused("it names no suite; give suite_id for such test cases")
        at, below = (self.root.id if self.root else None), list(titles)
        while below:
            found = self._child(at, below[0], is_last=len(below) == 1)
            if found is None:
                break
            at = found
            below.pop(0)
        if not below:
            return self._holder(at or ""), ()
        if len(titles) == 1 and (found := self._anywhere(titles[0])) is not None:
            return found, ()
        if at is not None and not self.forest.is_folder(at):
            raise Refused(
                f"suite {describe(self.forest.suites[at])} holds tests and cannot hold suite {quote(below[0])}"
            )
        for depth in range(len(titles) - len(below) + 1, len(titles) + 1):
            self.new.setdefault(titles[:depth], at if depth == len(titles) - len(below) + 1 else None)
        return None, titles

    def conflict(self, titles: Path) -> str | None:
        """Why a suite that is to be made cannot hold tests: another row needs it as a folder."""
        if any(len(other) > len(titles) and other[: len(titles)] == titles for other in self.new):
            return f"its suite {quote(titles[-1])} would hold tests and the suites of other rows; only one is possible"
        return None

    def keep(self, wanted: Iterable[Path]) -> None:
        """Make only the suites that these need."""
        needed = {titles[:depth] for titles in wanted for depth in range(1, len(titles) + 1)}
        self.new = {titles: above for titles, above in self.new.items() if titles in needed}

    @property
    def names(self) -> list[str]:
        return [SEPARATOR.join(titles) for titles in self.new]

    def _child(self, above: str | None, title: str, *, is_last: bool) -> str | None:
        named = [
            one
            for one in self.forest.children.get(above, [])
            if plain_title(self.forest.suites[one].title or "") == plain_title(title)
        ]
        fitting = [one for one in named if self.forest.is_folder(one) != is_last] or named
        if len(fitting) > 1:
            ids = ", ".join(fitting[:5])
            raise Refused(f"several suites have the title {quote(title)} ({ids}); give suite_id")
        return fitting[0] if fitting else None

    def _anywhere(self, title: str) -> str | None:
        """The only suite of this title that holds tests, wherever it is below the root."""
        below = self.forest.below(self.root.id if self.root else None)
        named = [
            suite.id
            for _, suite in below
            if plain_title(suite.title or "") == plain_title(title) and not self.forest.is_folder(suite.id)
        ]
        if len(named) > 1:
            raise Refused(f"several suites have the title {quote(title)} ({', '.join(named[:5])}); give suite_id")
        return named[0] if named else None

    def _holder(self, suite_id: str) -> str:
        if self.forest.is_folder(suite_id):
            raise Refused(f"suite {describe(self.forest.suites[suite_id])} is a folder, and a folder holds no tests")
        return suite_id


async def read_places(api: Testomatio, project: str, suite_id: str | None, query: Pairs) -> Places:
    """Read the suites of a project.

    Raises:
        NotFound: when it has no suite of this id.
        Refused: when not all of its suites can be read, since some could be made twice.
    """
    forest = await read_forest(api, project, query)
    if suite_id is not None and suite_id not in forest.suites:
        raise NotFound(
            f"Project {project[:100]!r} has no suite {suite_id[:40]!r}. testomatio_get_suite_tree shows ids."
        )
    if not forest.is_complete:
        raise Refused(f"Not all suites of the project could be read ({forest.reasons[0]}), so some may be made twice.")
    return Places(forest, forest.suites[suite_id] if suite_id else None)


async def make_suites(api: Testomatio, project: str, places: Places, query: Pairs) -> dict[Path, str]:
    """Make the suites that are missing, folders first; answers their ids.

    Raises:
        PlatformError: saying how many were made before one failed.
    """
    made: dict[Path, str] = {}
    for titles, above in places.new.items():
        parent = made.get(titles[:-1]) or above or (places.root.id if places.root else None)
        is_folder = any(len(other) > len(titles) and other[: len(titles)] == titles for other in places.new)
        fields = {"title": titles[-1], "file_type": FOLDER if is_folder else "file"}
        try:
            made[titles] = (
                await api.create_suite(project, fields | ({"parent_id": parent} if parent else {}), query)
            ).id
        except PlatformError as error:
            if not made:
                raise
            raise type(error)(
                f"{many(len(made), 'suite was', 'suites were')} created, then one failed; no test was sent. "
                f"{error.sentence} It is safe to call again.",
                request=error.request,
                status=error.status,
                words=error.words,
            ) from error
    return made
