"""`testdesk plan`: reads a change from git or a diff, gathers what is known about it, and prints it."""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio

from server.app import open_network
from server.clients import Clients
from server.guards.fence import quote_others
from server.guards.redact import Redactor
from server.guards.scope import exposed_platforms
from server.guards.shape import shape
from server.plan.change import MOST_TEXT, Change
from server.plan.diff import MOST_BYTES, read_diff
from server.plan.git import read_range
from server.plan.page import render
from server.settings import Settings, SettingsError, read_settings
from server.setup import is_unconfigured
from tools.kit.errors import TestdeskError
from tools.kit.missing import collect_missing
from tools.kit.text import learn_secrets, many
from tools.kit.toolset import no_progress
from tools.planning.inputs import plan_inputs
from tools.platforms import PLATFORMS
from tools.view import View

STANDARD_INPUT = "-"


async def run_plan(given: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> int:
    """`testdesk plan`"""
    settings = read_settings(PLATFORMS, environment, sandbox=given.sandbox, read_only=True)
    if is_unconfigured(settings):
        names = ", ".join(c.variable for platform in PLATFORMS for c in platform.credentials)
        raise SettingsError(f"No platform is configured, so nothing is known. Set {names}, or use --sandbox.")
    redact = Redactor(settings.secrets)
    try:
        change = await anyio.to_thread.run_sync(_read, given.diff, environment)
        if change.is_empty and not given.change:
            sys.stderr.write(f"testdesk: Nothing changes in {change.origin}, so there is nothing to plan.\n")
            return 0
        data = await gather(settings, redact, change, given)
    except TestdeskError as error:
        sys.stderr.write(f"testdesk: {quote_others(str(error), redact)}\n")
        return 1
    _print(json.dumps(data, indent=2) if given.json else render(data, change.origin))
    return 0 if was_read(data, redact) else 1


def _read(given: str, environment: Mapping[str, str]) -> Change:
    if given == STANDARD_INPUT:
        document = sys.stdin.buffer.read(MOST_BYTES + 1)
        if len(document) > MOST_BYTES:
            raise SettingsError(f"The diff is longer than {MOST_BYTES:,} bytes. Give a git range instead.")
        return read_diff(document)
    return read_range(given, environment, Path.cwd())


async def gather(settings: Settings, redact: Redactor, change: Change, given: argparse.Namespace) -> dict[str, Any]:
    """The answer of `plan_inputs`, shaped as the server shapes it, with what was read of the change."""
    network = open_network(settings, PLATFORMS)
    exposed = exposed_platforms(PLATFORMS, settings)
    clients = Clients(exposed, settings, network)
    view = View({one.key: one for one in exposed if one.declared.has_survey}, clients.__getitem__, clients.defaults)
    about = "\n".join(filter(None, [given.change, change.text]))[:MOST_TEXT]
    extra: dict[str, Any] = {"change": _described(change)}
    extra |= {"source": "sandbox, invented data"} if settings.sandbox else {}
    try:
        with learn_secrets(redact.learn), collect_missing():
            inputs = await plan_inputs(
                view,
                no_progress,
                change=about or None,
                paths=list(change.paths) or None,
                version=given.release,
                platforms=given.platform or None,
            )
    finally:
        await clients.close()
    return shape(inputs, redact, extra=extra, most=settings.answer_characters).data


def _described(change: Change) -> str:
    left_out = f", {change.left_out} more left out" if change.left_out else ""
    return f"{change.origin}: {many(len(change.paths), 'path')}{left_out}"


def was_read(data: Mapping[str, Any], redact: Redactor) -> bool:
    """Whether any platform gave something; otherwise the reasons go to standard error."""
    sources = data.get("sources", [])
    if any(source.get("rows") or source["complete"] for source in sources):
        return True
    for source in sources:
        sys.stderr.write(f"testdesk: {source['platform']}: {redact(source.get('why', 'nothing was read'))}\n")
    return False


def _print(text: str) -> None:
    """Print a text; what the terminal's encoding lacks is replaced."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + ("" if text.endswith("\n") else "\n"))
