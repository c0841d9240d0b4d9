"""Branched records: records on the main branch, with the changes of other branches."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Generic, Protocol, TypeVar

from tools.kit.sandbox.copies import copied


class _Record(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def project(self) -> str: ...


T = TypeVar("T", bound=_Record)


class BranchedRecords(Generic[T]):
    """Records by ID; a branch has copies of the records it changed and otherwise sees those of main."""

    def __init__(self) -> None:
        self.main: dict[str, T] = {}
        self._forks: dict[str, dict[str, T | None]] = {}

    def __len__(self) -> int:
        return len(self.main)

    def add(self, record: T, branch: str | None = None) -> T:
        """Add a record to main, or to one branch only."""
        if branch is None:
            self.main[record.id] = record
        else:
            self._forks.setdefault(branch, {})[record.id] = record
        return record

    def get(self, record_id: str, branch: str | None = None) -> T | None:
        """A record on a branch; None when it does not exist there."""
        forks = self._forks.get(branch or "", {})
        return forks[record_id] if record_id in forks else self.main.get(record_id)

    def of(self, project: str, branch: str | None = None) -> Iterator[T]:
        """A project's records on a branch, in order of creation."""
        forks = self._forks.get(branch or "", {})
        for record_id, record in self.main.items():
            current = forks.get(record_id, record)
            if current is not None and current.project == project:
                yield current
        for record_id, fork in forks.items():
            if fork is not None and record_id not in self.main and fork.project == project:
                yield fork

    def edit(self, record_id: str, branch: str | None = None) -> T:
        """The record to change; on a branch, a record of main is copied first."""
        if branch is None:
            return self.main[record_id]
        forks = self._forks.setdefault(branch, {})
        if record_id not in forks:
            forks[record_id] = deepcopy(self.main[record_id])
        forked = forks[record_id]
        assert forked is not None  # noqa: S101 - nobody edits what get() does not give
        return forked

    def drop(self, record_id: str, branch: str | None = None) -> None:
        """Delete a record; deleting on a branch does not affect main."""
        if branch is None:
            self.main.pop(record_id, None)
        elif record_id in self.main:
            self._forks.setdefault(branch, {})[record_id] = None
        else:
            self._forks.get(branch, {}).pop(record_id, None)

    def copy(self) -> "BranchedRecords[T]":
        """The same with copies of all records."""
        made: BranchedRecords[T] = BranchedRecords()
        made.main = {record_id: copied(record) for record_id, record in self.main.items()}
        made._forks = {
            branch: {record_id: None if record is None else copied(record) for record_id, record in forks.items()}
            for branch, forks in self._forks.items()
        }
        return made

    def count_of(self, branch: str) -> int:
        """The number of records that a branch has copied or added."""
        return sum(record is not None for record in self._forks.get(branch, {}).values())

    def drop_branch(self, branch: str) -> None:
        """Delete all records of a branch."""
        self._forks.pop(branch, None)
