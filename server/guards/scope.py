"""Guards the account: which platforms and tools are available in this session."""

from collections.abc import Sequence
from typing import Final

from server.clients import missing_credentials
from server.guards.consent import forbidden
from server.guards.rights import may_use
from server.settings import Settings
from tools.across import Across, across
from tools.kit.declared import DeclaredTool
from tools.kit.platform import Platform, ToolSource
from tools.kit.toolset import Effect
from tools.trackers.source import TOOLS, trackers

READ_ONLY: Final = "It changes something, and this session is read-only."


def exposed_platforms(platforms: Sequence[Platform], settings: Settings) -> list[Platform]:
    """The configured platforms, and those for which people bring credentials of their own.

    All of them in a sandbox, or if none is configured (for catalogues that list tools).
    """
    configured = [p for p in platforms if settings.platforms[p.key].is_configured or p.key in settings.brought]
    return configured or list(platforms)


def exposed_tools(platform: Platform, settings: Settings) -> list[DeclaredTool]:
    """The usable tools of a platform: those its credentials give access to, without those that can only be refused."""
    return [
        tool
        for tool in platform.declared.tools
        if is_open(platform, tool, settings)
        and (not settings.read_only or tool.effect is Effect.READS)
        and not is_ruled_out(tool, settings)
    ]


def is_ruled_out(tool: DeclaredTool, settings: Settings) -> bool:
    """Whether the operator refuses all that a tool does; one that may do something harmless refuses the rest itself."""
    always_asks = tool.effect in {Effect.DESTROYS, Effect.SPENDS} and tool.always_asks
    return always_asks and settings.consent.of(tool.effect) == "refuse"


def is_open(platform: Platform, tool: DeclaredTool, settings: Settings) -> bool:
    """Whether an account gives a tool the access that it needs; without credentials, everything is listed.

    Where people bring credentials, these may give more access than the team's; a call looks at whose they are.
    """
    if platform.key in settings.brought:
        return True
    accounts = settings.accounts_of(platform.key).values()
    return tool.needs is None or any(not one.is_configured or tool.needs not in one.locked for one in accounts)


def offers(platforms: Sequence[Platform], *, least: int = 2) -> list[Platform | Across]:
    """The platforms, and the tools across them if there are at least two."""
    surveyed = sum(platform.declared.has_survey for platform in platforms)
    return [*platforms, across] if surveyed >= least else list(platforms)


def has_across(platforms: Sequence[Platform], settings: Settings) -> bool:
    """Whether the tools across platforms are offered."""
    return across in offers(platforms, least=1 if settings.across_one else 2)


def offered_tools(platforms: Sequence[Platform], settings: Settings) -> list[tuple[ToolSource, DeclaredTool]]:
    """The usable tools of these platforms, and those across them, each with its source."""
    offered: list[tuple[ToolSource, DeclaredTool]] = [
        (p, tool) for p in platforms for tool in exposed_tools(p, settings)
    ]
    offered += [(across, tool) for tool in across.declared.tools] if has_across(platforms, settings) else []
    return offered + [(trackers, tool) for tool in tracker_tools(settings)]


def tracker_tools(settings: Settings) -> list[DeclaredTool]:
    """The usable tools of the operator's trackers; none where there is no tracker."""
    if not settings.trackers:
        return []
    return [
        tool
        for tool in trackers.declared.tools
        if (not settings.read_only or tool.effect is Effect.READS) and not is_ruled_out(tool, settings)
    ]


def reason_unavailable(
    platforms: Sequence[Platform], exposed: Sequence[Platform], settings: Settings, name: str
) -> str | None:
    """Why the tool with this name is not available here; None where no such tool exists for the caller."""
    if name in {trackers.name_of(tool) for tool in TOOLS}:
        return _no_tracker(settings, name)
    platform = next((p for p in platforms if name.startswith(f"{p.key}_")), None)
    if platform is None:
        return None
    if platform not in exposed:
        return missing_credentials(platform, settings.platforms[platform.key].missing)
    tool = next((tool for tool in platform.declared.tools if platform.name_of(tool) == name), None)
    if tool is None or not may_use(tool):
        return None
    if not is_open(platform, tool, settings):
        return settings.platforms[platform.key].locked[tool.needs or ""]
    if is_ruled_out(tool, settings):
        return forbidden(tool.effect)
    return READ_ONLY


def _no_tracker(settings: Settings, name: str) -> str | None:
    """Why a tool of trackers is not available here; None where it is not there for the caller."""
    tool = next(tool for tool in trackers.declared.tools if trackers.name_of(tool) == name)
    if not may_use(tool):
        return None
    if not settings.trackers:
        return (
            "No tracker is configured here. The operator adds a section [trackers.NAME] to the configuration file, and "
            "`testdesk tracker check` tests it; `testdesk serve --sandbox --tracker github` offers an invented one."
        )
    return forbidden(tool.effect) if is_ruled_out(tool, settings) else READ_ONLY
