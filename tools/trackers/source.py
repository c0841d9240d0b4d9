"""The tools of trackers, as the server offers them."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Final

from tools.kit.platform import ToolSource
from tools.kit.toolset import Toolset
from tools.trackers.hints import HINTS


class Trackers(ToolSource):
    """The tools of trackers; loaded where one is configured."""

    key = "tracker"
    title = "Trackers"

    @property
    def toolsets(self) -> tuple[Toolset[Any]]:
        from tools.trackers.tools import tool

        return (tool,)

    @property
    def hints(self) -> Mapping[str, str]:
        return HINTS

    def acts(self) -> Sequence[Callable[[Any], Awaitable[None]]]:
        """The demo's acts on the fake API of a tracker."""
        from tools.trackers.acts import ACTS  # only the demonstration needs it

        return ACTS

    def face(self, job: str, *, alone: bool) -> Collection[str]:
        return LISTED


TOOLS: Final = tuple(HINTS)
"""The names of its tools, without loading them."""
LISTED: Final = ("create_issue", "create_issues", "find_issue")
"""What is listed to hosts that are not shown everything."""

trackers: Final = Trackers()
