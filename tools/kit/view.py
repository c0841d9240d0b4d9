"""A page that hosts with a screen show beside a tool's answer, as the tool declares it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class DeclaredView:
    """A view without its page."""

    name: str
    title: str
    uses: tuple[str, ...]
    """The tools that its page calls, by their names without the platform."""

    @classmethod
    def from_json(cls, record: Mapping[str, Any] | None) -> Self | None:
        """Read a record."""
        return None if record is None else cls(record["name"], record["title"], tuple(record["uses"]))


@dataclass(frozen=True)
class View:
    """A page of HTML, the tools that it calls, and what a model reads in place of the rows that the page shows."""

    name: str
    title: str
    file: Path
    """Its own part of the page: styles, markup and script."""
    uses: tuple[str, ...]
    says: Callable[[Mapping[str, Any]], str]
    """One sentence about an answer, without a word of others in it."""

    @property
    def declared(self) -> DeclaredView:
        """What lists show of it."""
        return DeclaredView(self.name, self.title, self.uses)
