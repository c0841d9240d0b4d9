"""Guards the account: which platforms and tools are available in this session."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from server.settings import TOOLSETS, Settings, SettingsError
from tools.across import Across, across
from tools.kit.platform import Platform, ToolSource
from tools.kit.toolset import Effect, Tool


def exposed_platforms(platforms: Sequence[Platform], settings: Settings) -> list[Platform]:
    """The configured platforms; all of them in a sandbox, or if none is configured (for catalogues that list tools)."""
    configured = [platform for platform in platforms if settings.platforms[platform.key].is_configured]
    return configured or list(platforms)


def exposed_tools(platform: Platform, settings: Settings) -> list[Tool]:
    """The usable tools of a platform: those its credentials give access to; with --read-only, those that only read."""
    return [
        tool
        for tool in platform.tools
        if is_open(platform, tool, settings) and (not settings.read_only or tool.effect is Effect.READS)
    ]


def is_open(platform: Platform, tool: Tool, settings: Settings) -> bool:
    """Whether the credentials give a tool the access that it needs; without credentials, everything is listed."""
    configured = settings.platforms[platform.key]
    return tool.needs is None or not configured.is_configured or tool.needs not in configured.locked


def offers(platforms: Sequence[Platform]) -> list[Platform | Across]:
    """The platforms, and the tools across them if there are at least two."""
    surveyed = sum(platform.survey is not None for platform in platforms)
    return [*platforms, across] if surveyed > 1 else list(platforms)


def listed(offered: Sequence[tuple[ToolSource, Tool]], settings: Settings) -> frozenset[str] | None:
    """The names of the tools that TESTDESK_TOOLSETS lists, or None for all.

    Raises:
        SettingsError: for an unknown word, with the known ones.
    """
    if not settings.toolsets:
        return None
    meant: dict[str, set[str]] = {}
    for offer, tool in offered:
        name = offer.name_of(tool)
        for word in (offer.key, f"{offer.key}:{tool.subject}", name):
            meant.setdefault(word, set()).add(name)
    for word in settings.toolsets:
        if word not in meant:
            close = get_close_matches(word, meant, 3)
            hint = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(_subjects(meant))}."
            raise SettingsError(f"{TOOLSETS} names {word[:80]!r}, which means no tool here; {hint}")
    return frozenset(name for word in settings.toolsets for name in meant[word])


def _subjects(words: Iterable[str]) -> list[str]:
    return sorted(word for word in words if ":" in word)
