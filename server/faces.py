"""Which tools are listed to which host. Tools that are not listed can still be found and called."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final

from server.settings import TOOLSETS, Settings, SettingsError
from tools.kit.declared import DeclaredTool
from tools.kit.platform import JOBS, ToolSource

AUTO: Final = "auto"
ALL: Final = "all"


@dataclass(frozen=True)
class SearchingHost:
    """A host that loads a tool's schema when it needs it, and searches the list itself."""

    source: str
    reads_hints: bool
    """Whether its search reads `_meta["anthropic/searchHint"]`; otherwise it reads descriptions only."""


DEFERRING: Final[Mapping[str, SearchingHost]] = {
    "claude-code": SearchingHost("https://code.claude.com/docs/en/mcp#scale-with-mcp-tool-search", reads_hints=True),
    "codex-mcp-client": SearchingHost("https://www.outflank.nl/blog/2026/09/30/mcp-design/", reads_hints=False),
}
"""By the name that its client gives."""
FIND: Final = "find_tools"
CALL_READ: Final = "call_read_tool"
CALL: Final = "call_tool"
FINDERS: Final = frozenset({FIND, CALL_READ, CALL})
"""The tools that find and call others; listed where some tools are not."""


@dataclass(frozen=True)
class Listing:
    """The names of the tools to list."""

    tools: frozenset[str]
    """For most hosts."""
    to_deferring: frozenset[str]
    """For hosts that search the list themselves."""
    face: frozenset[str]
    """The tools that such hosts should load at once."""

    @property
    def hides(self) -> bool:
        """Whether a host is shown less than everything."""
        return bool(FINDERS & (self.tools | self.to_deferring))

    def with_tool(self, name: str, *, keep: bool) -> "Listing":
        """The listing with one more tool, or of that tool alone."""
        if not keep:
            return Listing(frozenset({name}), frozenset({name}), frozenset())
        return replace(self, tools=self.tools | {name}, to_deferring=self.to_deferring | {name})

    def for_host(self, client: str) -> frozenset[str]:
        """The names for a host, by the name that its client gives."""
        return self.to_deferring if client in DEFERRING else self.tools

    def at_once(self, client: str) -> frozenset[str]:
        """The names that a host should load without a search."""
        return self.face if client in DEFERRING else frozenset()


def listing(
    offered: Sequence[tuple[ToolSource, DeclaredTool]], settings: Settings, own: Collection[str] = ()
) -> Listing:
    """What `TESTDESK_TOOLSETS` lists; `own` are the names of the server's own tools, which no face has.

    Raises:
        SettingsError: for an unknown word, with the known ones.
    """
    words = [word for word in settings.toolsets if not word.startswith("-")] or [AUTO]
    excluded = [word[1:].strip() for word in settings.toolsets if word.startswith("-")]
    meanings = _meanings(offered)
    meanings |= {name: {name} for name in own}
    meanings[ALL] |= set(own)
    for word in (*words, *excluded):
        if word not in meanings:
            close = get_close_matches(word, meanings, 3)
            hint = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(_known(meanings))}."
            raise SettingsError(f"{TOOLSETS} names {word[:80]!r}, which means no tool here; {hint}")
    everything = meanings[ALL]
    without = set[str]().union(*(meanings[word] for word in excluded))
    tools = set[str]().union(*(meanings[word] for word in words)) - without
    whole = everything - without if AUTO in words else tools
    return Listing(
        tools=frozenset(tools | (FINDERS if everything - tools else set())),
        to_deferring=frozenset(whole | (FINDERS if everything - whole else set())),
        face=frozenset(meanings[AUTO] - without),
    )


def _meanings(offered: Sequence[tuple[ToolSource, DeclaredTool]]) -> dict[str, set[str]]:
    """The tools of each word that the setting takes."""
    sources = {offer.key: offer for offer, _ in offered}
    alone = len(sources) == 1
    meanings: dict[str, set[str]] = {word: set() for word in (AUTO, ALL, *JOBS)}
    for offer, tool in offered:
        name = offer.name_of(tool)
        for word in (ALL, offer.key, f"{offer.key}:{tool.subject}", name):
            meanings.setdefault(word, set()).add(name)
    for word in (AUTO, *JOBS):
        face = {source.name_of(tool) for source in sources.values() for tool in source.face(word, alone=alone)}
        meanings[word] = face & meanings[ALL]
    return meanings


def _known(words: Iterable[str]) -> list[str]:
    return [AUTO, ALL, *JOBS, *sorted(word for word in words if ":" in word)]
