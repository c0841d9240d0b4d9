"""Shelf: the records of one kind, by project, by id and by human id, in the order they were made."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from tools.testsigma.sandbox.records import Placed

P = TypeVar("P", bound=Placed)


class Shelf(Generic[P]):
    """Records of a kind; `what` is the kind's name in the words of an error."""

    def __init__(self, what: str, *, has_human_ids: bool = True) -> None:
        self.what = what
        self.has_human_ids = has_human_ids
        self._all: dict[str, P] = {}
        self._rooms: dict[str, dict[str, P]] = {}
        self._named: dict[tuple[str, str], P] = {}

    def __iter__(self) -> Iterator[P]:
        return iter(self._all.values())

    def add(self, item: P) -> P:
        self._all[item.id] = item
        self._rooms.setdefault(item.project_id, {})[item.id] = item
        if self.has_human_ids:
            self._named[item.project_id, item.human_id] = item
        return item

    def drop(self, item: P) -> None:
        del self._all[item.id], self._rooms[item.project_id][item.id]
        self._named.pop((item.project_id, item.human_id), None)

    def empty(self, project_id: str) -> None:
        """Drop all that a project has."""
        for item in self.of(project_id):
            self.drop(item)

    def of(self, project_id: str) -> list[P]:
        return list(self._rooms.get(project_id, {}).values())

    def get(self, item_id: str) -> P | None:
        return self._all.get(item_id)

    def find(self, project_id: str, key: str) -> P | None:
        """The project's record with this id or human id."""
        item = self._rooms.get(project_id, {}).get(key.lower())
        return item or self._named.get((project_id, key))
