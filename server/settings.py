"""Settings from the environment and the command line."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

from server.base_address import ALLOW_HTTP, base_address, checked_address
from server.configuration import DEFAULT_ACCOUNT, Configuration, ConsentBy, configuration_file, is_set
from server.credentials import SettingsError as SettingsError  # raised here, and caught by whoever reads settings
from server.credentials import is_placeholder, read_credential
from server.guards.shape import MOST
from server.log_form import wants_json
from tools.kit.egress import ATTACHMENT_HOSTS
from tools.kit.picture import ANSWER_BYTES, PICTURE_BYTES, is_loopback
from tools.kit.platform import Platform

if TYPE_CHECKING:
    from server.trackers import TrackerSettings

CONSENT = "TESTDESK_CONSENT"
OUTPUT_SCHEMAS = "TESTDESK_OUTPUT_SCHEMAS"
HTTP_KEY = "TESTDESK_HTTP_KEY"
TOOLSETS = "TESTDESK_TOOLSETS"
ANSWER_CHARACTERS = "TESTDESK_ANSWER_CHARACTERS"
SHARED = (ATTACHMENT_HOSTS, "TESTDESK_UPLOAD_DIRS", PICTURE_BYTES, ANSWER_BYTES)
"""Our own settings that platform clients read."""
SIZES = {PICTURE_BYTES: (1_000, 50_000_000), ANSWER_BYTES: (1_000, 200_000_000), ANSWER_CHARACTERS: (4_000, 1_000_000)}
"""Numeric settings, with their minimum and maximum."""

SANDBOX_ORIGIN = "http://sandbox.invalid"
"""The origin of a sandbox inside the process; the name can never resolve."""


@dataclass(frozen=True)
class PlatformSettings:
    """The settings of one platform."""

    base_url: str
    credentials: Mapping[str, SecretStr] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    locked: Mapping[str, str] = field(default_factory=dict)
    """What the credentials do not give access to, each with the sentence that says what would."""

    @property
    def is_configured(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class Settings:
    """The settings of a server."""

    platforms: Mapping[str, PlatformSettings]
    """By platform; of several accounts, the default one's."""
    accounts: Mapping[str, Mapping[str, PlatformSettings]] = field(default_factory=dict)
    """For each platform with several accounts, those by their names, the default one first."""
    sandbox: bool = False
    sandbox_at: str = ""
    """The origin of a sandbox on a local port; otherwise the sandbox is in this process."""
    sandbox_pace: float = 1.0
    """Seconds that pass in the sandbox in each real one."""
    read_only: bool = False
    consent: ConsentBy = field(default_factory=ConsentBy)
    """Who confirms what asks."""
    output_schemas: bool = False
    across_one: bool = False
    """Whether the tools across platforms are offered where there is one, whose own tools a model would rather take."""
    answer_characters: int = MOST
    """Maximum characters of an answer."""
    toolsets: tuple[str, ...] = ()
    """What is listed: a face, platforms, their subjects, tools by name, each with - to exclude it; none: `auto`."""
    log_level: str = "WARNING"
    log_json: bool = False
    """Whether the log has one JSON object a line."""
    configuration: Configuration = field(default_factory=Configuration)
    """What the configuration file says."""
    trackers: "Mapping[str, TrackerSettings]" = field(default_factory=dict)
    """The operator's trackers, by their names."""
    brought: frozenset[str] = frozenset()
    """The platforms for which people who share the server can have credentials of their own."""

    def accounts_of(self, platform: str) -> Mapping[str, PlatformSettings]:
        """The accounts of a platform; a single one has an empty name."""
        return self.accounts.get(platform) or {"": self.platforms[platform]}

    @property
    def secrets(self) -> list[str]:
        """All credentials, for redaction."""
        every = [account for platform in self.platforms for account in self.accounts_of(platform).values()]
        held = [value.get_secret_value() for account in every for value in account.credentials.values()]
        return held + [secret for tracker in self.trackers.values() for secret in tracker.secrets]


def read_settings(
    platforms: Sequence[Platform],
    environment: Mapping[str, str] = os.environ,
    *,
    sandbox: bool = False,
    sandbox_at: str = "",
    sandbox_pace: float = 1.0,
    read_only: bool = False,
    toolsets: str | None = None,
    log_level: str = "WARNING",
    trackers: Sequence[str] = (),
) -> Settings:
    """Read the environment and the configuration file once; the environment wins.

    Raises:
        SettingsError: with a sentence for the person who set it.
    """
    configuration = _configuration(platforms, environment, sandbox=sandbox)
    environment = configuration.under(environment)
    consent = _consent(environment.get(CONSENT, "").strip()) or configuration.consent
    if not 0 <= sandbox_pace <= 1_000_000:
        raise SettingsError("The sandbox's pace lies between 0 (it stands still) and 1000000.")
    if sandbox_at and not (sandbox and is_loopback(urlsplit(sandbox_at).hostname or "")):
        raise SettingsError("--sandbox-at goes with --sandbox and names a port of this machine: http://127.0.0.1:8766.")
    chosen = environment.get(TOOLSETS, "") if toolsets is None else toolsets
    origin = sandbox_at.rstrip("/") or SANDBOX_ORIGIN if sandbox else ""
    plain = frozenset(word.strip().lower() for word in environment.get(ALLOW_HTTP, "").split(",") if word.strip())
    try:
        accounts = {p.key: _accounts(p, configuration, environment, origin, plain) for p in platforms}
        settings_of = {
            p.key: next(iter(accounts[p.key].values()), None) or _platform_settings(p, environment, origin, plain)
            for p in platforms
        }
    except SettingsError as error:
        raise SettingsError(f"{error}{configuration.source_of(str(error))}") from error
    return Settings(
        platforms=settings_of,
        accounts={key: named for key, named in accounts.items() if named},
        sandbox=sandbox,
        sandbox_at=sandbox_at,
        sandbox_pace=sandbox_pace,
        read_only=read_only,
        consent=consent,
        output_schemas=environment.get(OUTPUT_SCHEMAS, "").strip().lower() in {"1", "true", "yes"},
        answer_characters=_numbers(environment).get(ANSWER_CHARACTERS, MOST),
        toolsets=tuple(word.strip() for word in chosen.split(",") if word.strip()),
        log_level=log_level,
        log_json=wants_json(environment),
        configuration=configuration,
        trackers=_trackers(configuration, environment, origin, plain, trackers),
    )


def _trackers(
    configuration: Configuration,
    environment: Mapping[str, str],
    origin: str,
    plain: Collection[str],
    offered: Sequence[str],
) -> "dict[str, TrackerSettings]":
    """The operator's trackers; in a sandbox also those that the command line offers."""
    if not configuration.trackers and not offered:
        return {}
    from server.trackers import tracker_settings  # a start without trackers does not pay for it

    return tracker_settings(
        configuration,
        environment,
        sandbox_origin=origin,
        offered=offered,
        check_address=partial(checked_address, plain_hosts=plain),
    )


def _configuration(platforms: Sequence[Platform], environment: Mapping[str, str], *, sandbox: bool) -> Configuration:
    """Read the configuration file, if there is one."""
    path = configuration_file(environment, sandbox=sandbox)
    if not path:
        return Configuration()
    from server.config_file import read_configuration  # a start without a file does not pay for it

    configuration = read_configuration(path, platforms)
    for account in () if sandbox else configuration.accounts:
        for variable, source in account.variables.items():
            is_given = not configuration.several(account.platform) and environment.get(variable, "").strip()
            if not environment.get(source, "").strip() and not is_given:
                raise SettingsError(
                    f"{path}, [accounts.{account.name}]: the variable that it names for {variable} is not set."
                )
    return configuration


def _consent(word: str) -> ConsentBy | None:
    """What the variable says of all acts."""
    by_word = {"": None, "ask": ConsentBy(), "client": ConsentBy("client", "client", "client")}
    if word not in by_word:
        raise SettingsError(f"{CONSENT} is {word!r}; it can be 'ask' (the default) or 'client'.")
    return by_word[word]


def _numbers(environment: Mapping[str, str]) -> dict[str, int]:
    """Read the numeric settings."""
    sizes = {}
    for variable, (least, most) in SIZES.items():
        value = environment.get(variable, "").strip()
        if not value:
            continue
        if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            raise SettingsError(f"{variable} takes a whole number from {least} to {most}.")
        sizes[variable] = int(value)
    return sizes


def _accounts(
    platform: Platform,
    configuration: Configuration,
    environment: Mapping[str, str],
    sandbox_origin: str,
    plain_hosts: Collection[str],
) -> dict[str, PlatformSettings]:
    """The accounts of a platform of which the file names several, the default one first.

    Raises:
        SettingsError: when one of them lacks a credential, or a variable belongs to none.
    """
    named, found = configuration.several(platform.key), dict[str, PlatformSettings]()
    if not named:
        return found
    taken = {source for account in named for source in account.variables.values()}
    rest = {} if sandbox_origin else {name: value for name, value in environment.items() if name not in taken}
    own = {setting.variable for setting in (platform.address, *platform.settings)}
    if any(is_set(credential.variable, rest) for credential in platform.credentials):
        found[DEFAULT_ACCOUNT] = _platform_settings(platform, rest, sandbox_origin, plain_hosts)
    elif stray := sorted(name for name in own if rest.get(name, "").strip()):
        raise SettingsError(
            f"{stray[0]} is set, but no account has it: {configuration.path} names several of {platform.title}, and "
            "the environment has no credential of its own. Set it in the sections of those that need it."
        )
    for account in named:
        its = account.alone_in(environment, own | {credential.variable for credential in platform.credentials})
        try:
            found[account.name] = _platform_settings(platform, its, sandbox_origin, plain_hosts, account.name)
        except SettingsError as error:
            raise SettingsError(f"{configuration.path}, [accounts.{account.name}]: {error}") from error
    for name, settings in found.items():
        if settings.missing:
            raise SettingsError(
                f"{configuration.path} names several accounts of {platform.title}, and {name} lacks "
                f"{', '.join(settings.missing)}."
            )
    first = next((account.name for account in named if account.is_default), next(iter(found)))
    return {first: found[first], **found}


def _platform_settings(
    platform: Platform,
    environment: Mapping[str, str],
    sandbox_origin: str,
    plain_hosts: Collection[str],
    account: str = "",
) -> PlatformSettings:
    values = {name: environment[name].strip() for name in SHARED if environment.get(name, "").strip()}
    for setting in platform.settings:
        value = environment.get(setting.variable, "").strip() or setting.default
        if sandbox_origin and setting.sandbox_value is not None:
            value = setting.sandbox_value
        if value is not None:
            if is_placeholder(value) and not sandbox_origin:
                raise SettingsError(f"{setting.variable} holds a placeholder, {value[:40]!r}. Set the value itself.")
            values[setting.variable] = value
    if sandbox_origin:
        # A sandbox never sees a real credential.
        behind = f"-{account}" if account else ""
        held = {
            c.variable: SecretStr((c.sandbox_value or f"sandbox-{platform.key}-credential") + behind)
            for c in platform.credentials
        }
        return _with_access(platform, sandbox_origin + platform.mount, held, values)
    given = {c.variable: read_credential(c, environment) for c in platform.credentials}
    held = {name: value for name, value in given.items() if value is not None}
    return _with_access(platform, base_address(platform, environment, values, plain_hosts), held, values)


def _with_access(
    platform: Platform, address: str, held: Mapping[str, SecretStr], values: Mapping[str, str]
) -> PlatformSettings:
    held_values = {**values, **{name: value.get_secret_value() for name, value in held.items()}}
    locked = platform.locked(held_values) if platform.locked is not None else {}
    return PlatformSettings(address, held, values, platform.missing(held_values), locked)
