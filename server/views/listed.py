"""What lists say of views: the page of a tool, the tools that a page calls, and those that no page may call."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from server.faces import CALL
from server.settings import Settings
from tools.kit.declared import DeclaredTool
from tools.kit.platform import ToolSource
from tools.kit.view import DeclaredView

UI = "ui"
"""The key in `_meta` of the extension's words."""


@dataclass(frozen=True)
class Shown:
    """A view of a tool that is offered."""

    source: ToolSource
    tool: str
    """Its name without the platform."""
    view: DeclaredView
    calls: Mapping[str, str]
    """The tools that its page may call here: their names without the platform, and as they are listed."""

    @property
    def address(self) -> str:
        """The address of its page."""
        return f"ui://testdesk/{self.source.key}/{self.view.name}.html"


@dataclass(frozen=True)
class Views:
    """The views of a server, by the names of their tools."""

    shown: Mapping[str, Shown] = field(default_factory=dict)
    model_only: frozenset[str] = frozenset()
    """Tools that a page may not call: where the server asks nobody, a click would be all that there is."""

    @classmethod
    def of(cls, offered: Sequence[tuple[ToolSource, DeclaredTool]], settings: Settings) -> Self:
        """The views of the tools that are offered."""
        unasked = frozenset(
            source.name_of(tool)
            for source, tool in offered
            if tool.asks and settings.consent.of(tool.effect) == "client"
        )
        names = {source.name_of(tool) for source, tool in offered} - unasked
        shown = {}
        for source, tool in offered:
            if tool.view is not None:
                calls = {name: source.name_of(name) for name in tool.view.uses if source.name_of(name) in names}
                shown[source.name_of(tool)] = Shown(source, tool.name, tool.view, calls)
        return cls(shown, unasked | {CALL} if unasked else unasked)

    def listed(self, names: frozenset[str], *, are_shown: bool) -> frozenset[str]:
        """Of the names to list to a host, those that it can use, and those that it needs for pages."""
        if not are_shown:
            return names - self.shown.keys()
        return names.union(*(self.shown[name].calls.values() for name in names & self.shown.keys()))

    def meta(self, name: str, names: Collection[str]) -> dict[str, Any] | None:
        """The extension's words about a tool; `names` are those that are listed for the model."""
        if name in self.shown:
            return {"resourceUri": self.shown[name].address}
        if name in self.model_only:
            return {"visibility": ["model"]}
        return None if name in names else {"visibility": ["app"]}
