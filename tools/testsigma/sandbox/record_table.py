"""Record table: the records of one kind, by project, ID and human ID, in order of creation."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from tools.testsigma.sandbox.records import ProjectRecord

P = TypeVar("P", bound=ProjectRecord)


class RecordTable(Generic[P]):
    """The records of one kind; `what` is its name in errors."""

    def __init__(self, what: str, *, has_human_ids: bool = True) -> None:
        self.what = what
        self.has_human_ids = has_human_ids
        self._all: dict[str, P] = {}
        self._by_project: dict[str, dict[str, P]] = {}
        self._by_human_id: dict[tuple[str, str], P] = {}

    def __iter__(self) -> Iterator[P]:
        return iter(self._all.values())

    def add(self, item: P) -> P:
        self._all[item.id] = item
        self._by_project.setdefault(item.project_id, {})[item.id] = item
        if self.has_human_ids:
            self._by_human_id[item.project_id, item.human_id] = item
        return item

    def drop(self, item: P) -> None:
        del self._all[item.id], self._by_project[item.project_id][item.id]
        self._by_human_id.pop((item.project_id, item.human_id), None)

    def empty(self, project_id: str) -> None:
        """Delete all records of a project."""
        for item in self.of(project_id):
            self.drop(item)

    def of(self, project_id: str) -> list[P]:
        return list(self._by_project.get(project_id, {}).values())

    def get(self, item_id: str) -> P | None:
        return self._all.get(item_id)

    def in_project(self, project_id: str, key: str) -> P | None:
        """The project's record with this ID or human ID."""
        item = self._by_project.get(project_id, {}).get(key.lower())
        return item or self._by_human_id.get((project_id, key))
