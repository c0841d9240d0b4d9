"""`testdesk tracker`: what trackers there are, what a section needs, and whether the operator's work."""

import argparse
import os
import sys
from collections.abc import Mapping

from server.configuration import configuration_file
from server.guards.fence import quote_others
from server.guards.redact import Redactor
from server.settings import Settings, SettingsError, read_settings
from server.trackers import tracker_clients
from tools.kit.errors import TestdeskError
from tools.kit.network import Network
from tools.kit.text import learn_secrets, quote, word
from tools.platforms import PLATFORMS
from tools.trackers.client import TrackerClient
from tools.trackers.engine import identify
from tools.trackers.listed import TRACKERS, load
from tools.trackers.tracker import Absent, Choice, Option

MOST_CHOICES = 30
"""Values of one option that are listed."""


async def run_tracker(given: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> int:
    """`testdesk tracker check` and `testdesk tracker kinds`"""
    if given.what == "kinds":
        return _kinds(given.names)
    settings = read_settings(PLATFORMS, environment, sandbox=given.sandbox, trackers=given.tracker)
    return await check(settings, given.names, environment)


def _kinds(names: list[str]) -> int:
    """List the kinds, or what the sections of some need."""
    if unknown := [name for name in names if name not in TRACKERS]:
        raise SettingsError(f"There is no kind {unknown[0]!r}; `testdesk tracker kinds` lists them.")
    lines = [f"{key:<14}{title}" for key, title in TRACKERS.items()]
    _say(lines if not names else [line for name in names for line in _section_of(name)])
    return 0


def _say(lines: list[str]) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


def _section_of(key: str) -> list[str]:
    tracker = load(key)
    if tracker.shut_down:
        return [f"{tracker.title}: {tracker.shut_down}"]
    lines = [f"# {tracker.title}: {tracker.docs}", "[trackers.NAME]", f'kind = "{key}"']
    lines += [
        f'{"" if option.is_required else "# "}{option.name} = "{_example(option)}"  # {option.meaning}'
        for option in tracker.options
    ]
    lines += [
        f'{"" if one.is_required else "# "}{one.name}_file = "/path/to/{one.name}"  # {one.where}'
        for one in tracker.secrets
    ]
    lines += ['# labels = ["bug"]'] if tracker.takes_labels else []
    if not isinstance(tracker.attach, Absent):
        lines.append("# upload_files = true  # others there can then read them")
    words = ", ".join(f'{level} = "{value}"' for level, value in tracker.severities.items() if value)
    return [*lines, f"# severities = {{ {words} }}" if words else "# it has no field for severities", ""]


def _example(option: Option) -> str:
    """A value of an option: its own, or the one that its meaning ends with."""
    return option.default or option.sandbox or (option.meaning.rpartition(": ")[2] if option.is_required else "")


async def check(settings: Settings, names: list[str], environment: Mapping[str, str]) -> int:
    """Print whose credential each tracker has, what it may do, and what its options can be; 0 if all work."""
    if not settings.trackers:
        path = configuration_file(environment) or "the configuration file (TESTDESK_CONFIG)"
        raise SettingsError(f"No tracker is configured: {path} has no section [trackers.NAME].")
    for name in names:
        if name not in settings.trackers:
            raise SettingsError(f"No tracker is named {name!r}; there is {', '.join(settings.trackers)}.")
    from server.app import open_network

    network = open_network(settings, PLATFORMS) if settings.sandbox else Network(read_seconds=20)
    well = True
    try:
        for name, api in tracker_clients(settings.trackers, network).items():
            if names and name not in names:
                continue
            made: list[str] = []  # such as access tokens
            with learn_secrets(made.append):
                lines, works = await report(api)
            well = well and works
            _say(quote_others("\n".join(lines), Redactor([*settings.secrets, *made])).split("\n"))
    finally:
        await network.close()
    return 0 if well else 1


async def report(api: TrackerClient, *, lists: bool = True) -> tuple[list[str], bool]:
    """The report of one tracker, with what its options can be if it `lists` them, and whether its credential works."""
    setup, tracker = api.setup, api.setup.tracker
    if tracker.shut_down:
        return [f"{setup.name}: {tracker.shut_down}"], False
    lines = [f"{setup.name}: {tracker.title}, {setup.container or 'no container'} at {setup.base_url}"]
    try:
        who = await identify(api)
        lines.append(f"    works: the credential is that of {quote(who.name)}. {who.may}".rstrip())
        works = True
    except TestdeskError as error:
        lines.append(f"    DOES NOT WORK: {error}")
        lines += [f"    Find the {one.name} {one.where}." for one in tracker.secrets]
        works = False
    if works:
        if tracker.audience is not None:
            try:
                lines.append(f"    {await tracker.audience.function(api)}".rstrip())
            except TestdeskError as error:
                lines.append(f"    Who can read issues there could not be read: {error}")
        try:
            lines += [] if not lists else _choices(await tracker.choices.function(api))
        except TestdeskError as error:
            lines.append(f"    The values to choose from could not be read: {error}")
    if setup.uploads:
        lines.append("    Files of bugs are uploaded, where others can read them.")
    return lines, works


def _choices(choices: list[Choice]) -> list[str]:
    """The values to choose from, by option."""
    by_option: dict[str, list[str]] = {}
    for choice in choices:
        name = f" ({quote(choice.name, at_most=60)})" if choice.name and choice.name != choice.value else ""
        by_option.setdefault(choice.option, []).append(f"{word(choice.value, at_most=100)}{name}")
    return [
        f"    {option}: {', '.join(values[:MOST_CHOICES])}"
        + (f" and {len(values) - MOST_CHOICES} more" if len(values) > MOST_CHOICES else "")
        for option, values in by_option.items()
    ]
