"""The environments, tags and labels of a project, for filters that only the platform applies.

Runs can have an environment that nobody configured, so a word that the project does not list is still sent. Where
nothing is found, the answer says which words there are.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

from tools.kit.errors import PlatformError
from tools.kit.page import Page
from tools.kit.vocabulary import folded, instead_of
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.documents import Listed
from tools.testomatio.models.projects import ProjectInfo
from tools.testomatio.tools.scope import opens_api

T = TypeVar("T")


class ProjectWords:
    """Reads a project's words when a filter first needs them; where they cannot be read, words are sent as given."""

    def __init__(self, api: Testomatio, project: str) -> None:
        self._api, self._project = api, project
        self._info: ProjectInfo | None = None
        self.notes: list[str] = []

    async def environments(self, given: Sequence[str] | None) -> list[str] | None:
        info = await self._read() if given else None
        return self._spelled("environment", given, info.environments if info else ())

    async def tags(self, given: Sequence[str] | None) -> list[str] | None:
        info = await self._read() if given else None
        bare = [tag.strip().removeprefix("@") for tag in given or ()]
        return self._spelled(
            "tag", bare if given else None, [tag.removeprefix("@") for tag in info.tags] if info else ()
        )

    async def labels(self, given: Sequence[str] | None) -> list[str] | None:
        """Labels by title or slug, with or without a value after a colon."""
        info = await self._read() if given else None
        names = [name for label in info.labels for name in (label.slug, label.title) if name] if info else []
        return self._spelled("label", given, names)

    def say(self, page: Page[Any], *more: str | None) -> None:
        """Note on a page without rows which words the project does not have, and what else may be wrong."""
        if page.coverage.matched == 0:
            page.note = " ".join(filter(None, [page.note, *self.notes, *more])) or None

    async def _read(self) -> ProjectInfo | None:
        if self._info is None and opens_api(self._api):
            try:
                self._info = await self._api.project_info(self._project)
            except PlatformError:
                return None
        return self._info

    def _spelled(self, what: str, given: Sequence[str] | None, existing: Iterable[str]) -> list[str] | None:
        """Words in the project's own spelling."""
        if not given:
            return None
        known = {folded(word): word for word in existing}
        words = []
        for word in given:
            head, colon, value = word.partition(":")
            named = known.get(folded(word)) or (known.get(folded(head)) if colon else None)
            if named is None and known:
                self.notes.append(f"The project has no {what} {word[:60]!r}. {instead_of(word, known.values())}")
            whole = folded(word) in known or named is None
            words.append(named or word if whole else f"{named}:{value.strip()}")
        return words


async def seen_instead(
    what: str, given: str, fetch: Callable[[int], Awaitable[Listed[T]]], word_of: Callable[[T], str | None]
) -> str | None:
    """For an empty list: a note that no row has the filter's word, with the words that rows do have."""
    try:
        rows = (await fetch(1)).data
    except PlatformError:
        return None
    words = [word_of(row) for row in rows]
    if folded(given) in {folded(word) for word in words if word}:
        return None
    return f"No {what} {given[:60]!r} among the first {len(rows)} without this filter. {instead_of(given, words)}"
