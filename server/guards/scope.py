"""Guards the account: which platforms and tools exist in this session."""

from collections.abc import Sequence

from server.settings import Settings
from tools.kit.toolset import Effect, Platform, Tool


def exposed_platforms(platforms: Sequence[Platform], settings: Settings) -> list[Platform]:
    """The configured platforms; all of them in a sandbox, or where none is configured (catalogues list tools so)."""
    configured = [platform for platform in platforms if settings.platforms[platform.key].is_configured]
    return configured or list(platforms)


def exposed_tools(platform: Platform, settings: Settings) -> list[Tool]:
    """The tools of a platform that may be used: with --read-only, those that change nothing."""
    return [tool for tool in platform.tools if not settings.read_only or tool.effect is Effect.READS]
