"""What may be said of a message: known names, and an id without words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mcp_types.methods import SPEC_CLIENT_METHODS, SPEC_CLIENT_NOTIFICATION_METHODS

from server.guards.consent import MODERN

UNKNOWN: Final = "unknown"
METHODS: Final = frozenset(SPEC_CLIENT_METHODS) | frozenset(SPEC_CLIENT_NOTIFICATION_METHODS)
_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


@dataclass(frozen=True)
class KnownTool:
    """A tool of this session."""

    effect: str
    platform: str


OWN: Final = KnownTool("reads", "testdesk")
"""A tool of the server's own."""
STRANGE: Final = KnownTool(UNKNOWN, UNKNOWN)
"""A tool that does not exist."""


def known_method(method: str) -> str:
    """The method of a message, if the protocol has it."""
    return method if method in METHODS else UNKNOWN


def named_tool(tools: Mapping[str, KnownTool], params: Mapping[str, Any] | None) -> tuple[str, KnownTool]:
    """The tool that a call names, if this session has it."""
    name = params.get("name") if isinstance(params, Mapping) else None
    known = tools.get(name) if isinstance(name, str) else None
    return (str(name), known) if known is not None else (UNKNOWN, STRANGE)


def era(version: str | None) -> str:
    """Which of the protocol's two eras a message belongs to."""
    return "modern" if (version or MODERN) >= MODERN else "handshake"


def plain_id(given: object, redact: Callable[[str], str]) -> str:
    """The id of a request, which the client has chosen: a number, or one short word that is no secret."""
    if given is None or isinstance(given, int):
        return "" if given is None else str(given)[:20]
    text = str(given)
    return redact(text) if _ID.fullmatch(text) else UNKNOWN
