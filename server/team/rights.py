"""Rights: what a person may do through a shared server, whatever the platform's token would allow."""

from typing import Final, Literal, get_args

from tools.kit.declared import DeclaredTool
from tools.kit.toolset import Effect, Tool

Right = Literal["read", "triage", "order", "admin"]
RIGHTS: Final[tuple[Right, ...]] = get_args(Right)
"""`read` reads; `triage` changes and deletes; `order` orders what costs money; `admin` sees and rules the others."""
ALL: Final[frozenset[Right]] = frozenset(RIGHTS)
_NEEDED: Final[dict[Effect, Right]] = {
    Effect.READS: "read",
    Effect.WRITES: "triage",
    Effect.DESTROYS: "triage",
    Effect.SPENDS: "order",
}


def needed(effect: Effect) -> Right:
    """The right that a tool of this effect takes."""
    return _NEEDED[effect]


def right_of(tool: Tool | DeclaredTool) -> Right:
    """The right that a tool takes: what it does to others counts more than its effect."""
    return "admin" if tool.rules else needed(tool.effect)
