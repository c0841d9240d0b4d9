"""Starts an entry as its host would: spawn, initialize, list, one call, stop."""

import logging
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import anyio
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client

from server.hosts.entries import Start, filled
from server.hosts.table import MACOS, Host
from server.own_acts import LIST_ACTS
from server.setup import SETUP
from server.terminal import printable
from tools.kit.text import many

PATIENCE: Final = 30.0
"""Seconds for all of it; hosts wait from 5 seconds on."""
DESKTOP_PATH: Final = "/usr/bin:/bin:/usr/sbin:/sbin"
"""What an application that macOS starts finds commands on."""
LAST: Final = 300
"""Characters of what a server wrote before it failed."""


@dataclass(frozen=True)
class Report:
    """Whether an entry works, and a sentence on it."""

    works: bool
    sentence: str


async def check(host: Host, start: Start, environment: Mapping[str, str], system: str) -> Report:
    """Start an entry, and stop it again."""
    found = {name: filled(value, environment) for name, value in start.variables.items()}
    variables = {name: value for name, value in found.items() if value is not None}
    left_out = sorted(name for name, value in found.items() if value is None)
    if host.applications and system == MACOS:
        variables.setdefault("PATH", DESKTOP_PATH)
    logging.getLogger("client").setLevel(logging.ERROR)  # it warns of a call of what is not listed
    begun = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        parameters = StdioServerParameters(command=start.command, args=list(start.arguments), env=variables)
        try:
            with anyio.fail_after(PATIENCE):
                async with Client(stdio_client(parameters, errlog=errors), read_timeout_seconds=PATIENCE) as client:
                    tools = [tool.name for tool in (await client.list_tools()).tools]
                    listed_after = time.monotonic() - begun
                    if SETUP not in tools:
                        await client.call_tool(LIST_ACTS, {})
        except (TimeoutError, OSError, ValueError, MCPError, ExceptionGroup) as error:
            errors.seek(0)
            return Report(False, f"DOES NOT WORK: {_why(error)}{_last_words(errors.read())}")
    if SETUP in tools:
        return Report(False, f"starts, but no platform has a credential{_asked_by(host, left_out)}")
    return Report(True, f"works: {many(len(tools), 'tool')} after {listed_after:.1f} s{_asked_by(host, left_out)}")


def _asked_by(host: Host, variables: list[str]) -> str:
    """What could not be tried, since the host fills it in."""
    return f"; tried without {', '.join(variables)}, which {host.title} asks for" if variables else ""


def _why(error: BaseException) -> str:
    """The reason, of a group the first one."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, FileNotFoundError):
        return "its command does not exist"
    if isinstance(error, TimeoutError):
        return f"no answer within {PATIENCE:.0f} seconds"
    return printable(str(error)) or type(error).__name__


def _last_words(written: str) -> str:
    """What the server wrote last."""
    lines = [line for line in written.splitlines() if line.strip()]
    return f"\n    It wrote: {printable(lines[-1])[-LAST:]}" if lines else ""
