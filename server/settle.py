"""Reads what an act of unknown outcome left: by the tool that shows it, with the arguments that it takes."""

import inspect
import json
import os
from collections.abc import Mapping
from typing import Any

from mcp import Client
from mcp.types import TextContent

from server.app import build
from server.configuration import DEFAULT_ACCOUNT
from server.guards.scope import exposed_platforms, offered_tools
from server.pipeline import ACCOUNT
from server.settings import Settings, read_settings
from server.store.reading import RecordedAct
from tools.platforms import PLATFORMS

UNREADABLE = "The API does not show it: look in the platform's web app."


async def read_state(
    act: RecordedAct, settings: Settings | None = None, environment: Mapping[str, str] = os.environ
) -> str:
    """The present state of what an act was about, as its verifying tool answers it."""
    settings = settings or read_settings(PLATFORMS, {**environment, "TESTDESK_TOOLSETS": "all"})
    offered = offered_tools(exposed_platforms(PLATFORMS, settings), settings)
    source, name = next(
        ((source, tool.name) for source, tool in offered if source.name_of(tool) == act.sent["tool"]), (None, "")
    )
    if source is None:
        return f"{act.sent['tool']} is not available with this configuration."
    reader = source.tool(name).verify_with
    if reader is None:
        return UNREADABLE
    name, takes = source.name_of(reader), inspect.signature(source.tool(reader).function).parameters
    arguments: dict[str, Any] = {key: value for key, value in act.sent["arguments"].items() if key in takes}
    accounts = settings.accounts.get(source.key)
    if act.sent["account"] not in (accounts or (DEFAULT_ACCOUNT,)):
        return (
            f"{act.sent['tool']} was called in account {act.sent['account']}, which this configuration does not name."
        )
    if accounts:
        arguments[ACCOUNT] = act.sent["account"]
    async with Client(build(settings)) as client:
        result = await client.call_tool(name, arguments)
    text = "\n".join(block.text for block in result.content if isinstance(block, TextContent))
    return f"{name}({json.dumps(arguments, ensure_ascii=False)}): {text}"
