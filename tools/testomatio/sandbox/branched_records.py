"""Shelf: records as the main branch has them, and what other branches changed of them."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Generic, Protocol, TypeVar


class _Kept(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def project(self) -> str: ...


T = TypeVar("T", bound=_Kept)


class Shelf(Generic[T]):
    """Records by id; a branch has copies of what it touched and sees main's for the rest."""

    def __init__(self) -> None:
        self.main: dict[str, T] = {}
        self._forks: dict[str, dict[str, T | None]] = {}

    def __len__(self) -> int:
        return len(self.main)

    def add(self, record: T, branch: str | None = None) -> T:
        """Put a record on main, or on one branch only."""
        if branch is None:
            self.main[record.id] = record
        else:
            self._forks.setdefault(branch, {})[record.id] = record
        return record

    def get(self, record_id: str, branch: str | None = None) -> T | None:
        """A record as a branch sees it; None when it has none or deleted it."""
        forks = self._forks.get(branch or "", {})
        return forks[record_id] if record_id in forks else self.main.get(record_id)

    def of(self, project: str, branch: str | None = None) -> Iterator[T]:
        """A project's records as a branch sees them, in the order they were made."""
        forks = self._forks.get(branch or "", {})
        for record_id, record in self.main.items():
            seen = forks.get(record_id, record)
            if seen is not None and seen.project == project:
                yield seen
        for record_id, fork in forks.items():
            if fork is not None and record_id not in self.main and fork.project == project:
                yield fork

    def edit(self, record_id: str, branch: str | None = None) -> T:
        """The record to change: a branch forks an isolated copy of what only main has."""
        if branch is None:
            return self.main[record_id]
        forks = self._forks.setdefault(branch, {})
        if record_id not in forks:
            forks[record_id] = deepcopy(self.main[record_id])
        forked = forks[record_id]
        assert forked is not None  # noqa: S101 - nobody edits what get() does not give
        return forked

    def drop(self, record_id: str, branch: str | None = None) -> None:
        """Delete a record; on a branch main keeps its own."""
        if branch is None:
            self.main.pop(record_id, None)
        elif record_id in self.main:
            self._forks.setdefault(branch, {})[record_id] = None
        else:
            self._forks.get(branch, {}).pop(record_id, None)

    def own(self, branch: str) -> int:
        """How many records a branch has of its own."""
        return sum(record is not None for record in self._forks.get(branch, {}).values())

    def forget(self, branch: str) -> None:
        """Drop everything that only a branch has."""
        self._forks.pop(branch, None)
