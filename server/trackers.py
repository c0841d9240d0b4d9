"""The operator's trackers: their settings from the configuration file, and the desk that their tools work with."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr

from server.configuration import Configuration, TrackerSection
from server.credentials import SettingsError, secret
from tools.kit.hand_over import Handovers
from tools.kit.network import Account, Network
from tools.kit.platform import Platform
from tools.kit.webhook import Inbox
from tools.trackers.client import TrackerClient
from tools.trackers.desk import Desk
from tools.trackers.listed import TRACKERS, load
from tools.trackers.tracker import Setup, Tracker

_OPTION: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class TrackerSettings:
    """One tracker of the operator's, with its credentials."""

    setup: Setup
    credentials: Mapping[str, SecretStr]
    missing: tuple[str, ...] = ()
    """What its section lacks, by the names of the keys."""

    @property
    def secrets(self) -> list[str]:
        """Its credentials, for redaction."""
        return [value.get_secret_value() for value in self.credentials.values()]


def tracker_settings(
    configuration: Configuration,
    environment: Mapping[str, str],
    *,
    sandbox_origin: str = "",
    offered: Sequence[str] = (),
    check_address: Callable[[str, str], str],
) -> dict[str, TrackerSettings]:
    """The trackers of the configuration file; in a sandbox also those `offered` by their keys.

    `check_address` takes the name of a setting and its value, and refuses what must not be sent a credential.

    Raises:
        SettingsError: with a sentence for the operator.
    """
    if offered and not sandbox_origin:
        raise SettingsError("--tracker goes with --sandbox; the trackers of an account are in the configuration file.")
    for key in offered:
        if key not in TRACKERS or load(key).shut_down:
            raise SettingsError(f"--tracker is one of {', '.join(one for one in TRACKERS if not load(one).shut_down)}.")
    sections = [*configuration.trackers, *(TrackerSection(key, key) for key in offered)]
    return {
        section.name: _sandboxed(section, sandbox_origin)
        if sandbox_origin
        else _live(section, configuration.path, environment, check_address)
        for section in sections
    }


def _sandboxed(section: TrackerSection, origin: str) -> TrackerSettings:
    tracker = load(section.kind)
    values = {option.name: option.sandbox or option.default for option in tracker.options}
    held = {one.name: SecretStr(f"sandbox-{tracker.key}-credential") for one in tracker.secrets}
    return TrackerSettings(_setup(section, tracker, origin + tracker.mount, values), held)


def _live(
    section: TrackerSection,
    path: str,
    environment: Mapping[str, str],
    check_address: Callable[[str, str], str],
) -> TrackerSettings:
    tracker = load(section.kind)
    place = f"{path}, [trackers.{section.name}]"
    values = {option.name: section.values.get(option.name, option.default) for option in tracker.options}
    if tracker.shut_down:
        return TrackerSettings(_setup(section, tracker, tracker.address, values), {})
    lacks = [option for option in tracker.options if option.is_required and not values[option.name]]
    if lacks:
        raise SettingsError(f"{place} lacks {lacks[0].name}: {lacks[0].meaning}.")
    credentials, missing = dict[str, SecretStr](), list[str]()
    for one in tracker.secrets:
        try:
            held = _secret(section, one.name, environment)
        except SettingsError as error:
            raise SettingsError(f"{place}: {error}") from error
        if held is not None:
            credentials[one.name] = held
        elif one.is_required:
            raise SettingsError(
                f"{place} names no {one.name}: {one.where}. Name a file with {one.name}_file, or a variable with "
                f"{one.name}_variable."
            )
    address = values.get("url") or _OPTION.sub(lambda match: values.get(match[1], "").rstrip("/"), tracker.address)
    try:
        base_url = check_address("url", address)
    except SettingsError as error:
        raise SettingsError(f"{place}: {error}") from error
    return TrackerSettings(_setup(section, tracker, base_url, values), credentials, tuple(missing))


def _secret(section: TrackerSection, name: str, environment: Mapping[str, str]) -> SecretStr | None:
    """A credential from the file or the variable that the section names."""
    if name in section.files:
        return secret(name, {f"{name}_FILE": section.files[name]})
    variable = section.variables.get(name)
    if variable is None:
        return None
    held = secret(variable, environment)
    if held is None:
        raise SettingsError(f"the variable that it names for {name} is not set.")
    return held


def _setup(section: TrackerSection, tracker: Tracker, base_url: str, values: Mapping[str, str]) -> Setup:
    return Setup(
        name=section.name,
        tracker=tracker,
        base_url=base_url.rstrip("/"),
        values={name: value for name, value in values.items() if value},
        labels=section.labels,
        severities=section.severities,
        uploads=section.uploads,
    )


def tracker_clients(trackers: Mapping[str, TrackerSettings], network: Network) -> dict[str, TrackerClient]:
    """The client of each tracker; opens no connection."""
    return {
        name: TrackerClient(
            Account(
                title=f"{one.setup.tracker.title} ({name})",
                base_url=one.setup.base_url,
                network=network,
                credentials=one.credentials,
                settings=one.setup.values,
                address_variable=f"[trackers.{name}] url",
            ),
            one.setup,
        )
        for name, one in trackers.items()
    }


def desk(
    trackers: Mapping[str, TrackerSettings],
    network: Network,
    platforms: Collection[Platform],
    client_of: Callable[[str], Any],
    handovers: Handovers,
    inboxes: Mapping[str, Inbox],
    redact: Callable[[str], str],
) -> Desk:
    """What the tools of trackers work with."""
    return Desk(
        tracker_clients(trackers, network),
        {platform.key: platform for platform in platforms},
        client_of,
        handovers,
        inboxes,
        redact,
    )
