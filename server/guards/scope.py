"""Guards the account: which platforms and tools exist in this session."""

from collections.abc import Sequence

from server.settings import Settings
from tools.kit.platform import Platform
from tools.kit.toolset import Effect, Tool


def exposed_platforms(platforms: Sequence[Platform], settings: Settings) -> list[Platform]:
    """The configured platforms; all of them in a sandbox, or where none is configured (catalogues list tools so)."""
    configured = [platform for platform in platforms if settings.platforms[platform.key].is_configured]
    return configured or list(platforms)


def exposed_tools(platform: Platform, settings: Settings) -> list[Tool]:
    """The tools of a platform that can be used: what its credentials open; with --read-only, what changes nothing."""
    return [
        tool
        for tool in platform.tools
        if is_open(platform, tool, settings) and (not settings.read_only or tool.effect is Effect.READS)
    ]


def is_open(platform: Platform, tool: Tool, settings: Settings) -> bool:
    """Whether the credentials reach what a tool needs; where there are none, everything is listed."""
    told = settings.platforms[platform.key]
    return tool.needs is None or not told.is_configured or tool.needs not in told.shut


def is_across(shown: Sequence[Platform]) -> bool:
    """Whether there is more than one platform to look across."""
    return sum(platform.survey is not None for platform in shown) > 1
