"""Reads `testdesk.toml`; whatever is wrong with it refuses the start, and no error shows a value."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.config_text import ConfigText
from server.configuration import (
    DEFAULT_ACCOUNT,
    WAYS,
    Account,
    Budgets,
    Configuration,
    ConsentBy,
    HandOverRule,
    Limits,
    TeamLimits,
    TrackerSection,
)
from server.guards.hours import Hours
from server.records import LARGEST
from server.settings import SettingsError
from tools.kit.platform import Platform

if TYPE_CHECKING:
    from server.team.token_rules import TokenRules

SECTIONS: Final = ("accounts", "budgets", "consent", "hand_over", "people", "team", "trackers")
PEOPLE: Final = "people"
"""The section of budgets that each person has; no account may be called so."""
ACCOUNT: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
MOST: Final = 1_000_000
HEADER_CREDENTIALS: Final = "header_credentials"
VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def read_configuration(path: str, platforms: Sequence[Platform]) -> Configuration:
    """Read a configuration file.

    Raises:
        SettingsError: with the place and a sentence.
    """
    text, data = read_document(path)
    return Reader(path, text, platforms).read(data)


def read_document(path: str, what: str = "configuration file") -> tuple[str, Mapping[str, Any]]:
    """The text of a TOML file, and its values.

    Raises:
        SettingsError: with the place and a sentence.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
        text = content.decode("utf-8")
    except (OSError, ValueError) as error:
        raise SettingsError(f"The {what} cannot be read ({type(error).__name__}): {path}") from error
    if len(content) > LARGEST:
        raise SettingsError(f"The {what} is larger than {LARGEST} bytes: {path}")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"\(at (.*)\)$", str(error))
        raise SettingsError(f"{path} is no valid TOML{f' ({where[1]})' if where else ''}.") from error
    except RecursionError as error:
        raise SettingsError(f"{path} is nested too deeply.") from error
    return text, data


class Reader(ConfigText):
    """One file being read."""

    def __init__(self, path: str, text: str, platforms: Sequence[Platform]) -> None:
        super().__init__(path, text)
        self._platforms = {platform.key: platform for platform in platforms}

    def read(self, data: Mapping[str, Any]) -> Configuration:
        """Check the whole file."""
        for name, value in data.items():
            if name not in SECTIONS:
                raise self.unknown("", name, SECTIONS)
            self.table(name, value)
        accounts = tuple(self._accounts(data.get("accounts", {})))
        trackers = self._trackers(data.get("trackers", {}))
        return Configuration(
            path=self.path,
            consent=self._consent(data.get("consent", {})),
            budgets=self._budgets(data.get("budgets", {}), {account.name: account.platform for account in accounts}),
            team=self._team_limits(data.get("team", {})),
            accounts=accounts,
            trackers=trackers,
            hand_over=self._hand_over(data.get("hand_over", {}), trackers),
            stated=tuple(_stated({name: value for name, value in data.items() if name != "people"})),
            has_people=self._has_people(data.get("people", {})),
            header_credentials=self._takes_credentials(data.get("team", {})),
            tokens=self._tokens(data.get("team", {})),
        )

    def _has_people(self, data: Mapping[str, Any]) -> bool:
        if data:
            from server.team.people_file import read_sections  # a start without people does not pay for it

            read_sections(self, data, list(self._platforms.values()))
        return bool(data)

    def _takes_credentials(self, data: Mapping[str, Any]) -> bool:
        """Whether people may send credentials of platforms in headers."""
        allowed = data.get(HEADER_CREDENTIALS, False)
        if not isinstance(allowed, bool):
            raise self.error("team", HEADER_CREDENTIALS, "takes true or false.")
        return allowed

    def _trackers(self, data: Mapping[str, Any]) -> tuple[TrackerSection, ...]:
        if not data:
            return ()
        from server.config_trackers import read_trackers  # a start without trackers does not pay for it

        return read_trackers(self, data)

    def _hand_over(self, data: Mapping[str, Any], trackers: Sequence[TrackerSection]) -> tuple[HandOverRule, ...]:
        if not data:
            return ()
        from server.config_hand_over import read_rules

        return read_rules(self, data, self._platforms, {tracker.name: tracker for tracker in trackers})

    def _tokens(self, data: Mapping[str, Any]) -> "TokenRules | None":
        if not data:
            return None
        from server.config_team import read_token_rules
        from server.config_team_limits import KEYS

        return read_token_rules(self, data, (HEADER_CREDENTIALS, *KEYS))

    def _team_limits(self, data: Mapping[str, Any]) -> TeamLimits:
        if not data:
            return TeamLimits()
        from server.config_team_limits import read_limits

        return read_limits(self, data, self._platforms)

    def _consent(self, data: Mapping[str, Any]) -> ConsentBy:
        known = [field.name for field in fields(ConsentBy)]
        for key, value in data.items():
            if key not in known:
                raise self.unknown("consent", key, known)
            if value not in WAYS:
                raise self.error("consent", key, f"is one of {', '.join(WAYS)}.")
        return ConsentBy(**data)

    def _budgets(self, data: Mapping[str, Any], accounts: Mapping[str, str]) -> Budgets:
        scopes = [*self._platforms, *accounts]
        general = {key: value for key, value in data.items() if not isinstance(value, dict)}
        zone, lockdown = general.pop("zone", "UTC"), general.pop("lockdown", False)
        if not isinstance(zone, str) or not is_zone(zone):
            raise self.error("budgets", "zone", "takes the name of a time zone, such as Europe/Berlin.")
        if not isinstance(lockdown, bool):
            raise self.error("budgets", "lockdown", "takes true or false.")
        limits = {"": self._limits("budgets", general, ("zone", "lockdown", PEOPLE, *scopes))}
        people: Mapping[str, Limits] = {}
        for scope, value in data.items():
            if scope == PEOPLE and isinstance(value, dict):
                people = self._limits_of_people(value)
            elif isinstance(value, dict):
                if scope not in scopes:
                    raise self.unknown("budgets", scope, (PEOPLE, *scopes))
                limits[scope] = self._limits_of(scope, value, accounts)
        return Budgets(limits, zone, people, lockdown)

    def _limits_of_people(self, data: Mapping[str, Any]) -> Mapping[str, Limits]:
        """The limits of each person, and of those whom a section of their own names."""
        everybody = {key: value for key, value in data.items() if not isinstance(value, dict)}
        named = {name: value for name, value in data.items() if isinstance(value, dict)}
        found = {"": self._limits(f"budgets.{PEOPLE}", everybody, tuple(named))}
        return found | {name: self._limits(f"budgets.{PEOPLE}.{name}", value) for name, value in named.items()}

    def _limits_of(self, scope: str, data: Mapping[str, Any], accounts: Mapping[str, str]) -> Limits:
        """The limits of a platform or an account, which may name the products or projects that may be reached."""
        section, word = f"budgets.{scope}", self._platforms[accounts.get(scope, scope)].containers
        rest = {key: value for key, value in data.items() if key != word}
        limits = self._limits(section, rest, (word,))
        if word not in data:
            return limits
        names = data[word]
        if not isinstance(names, list) or not names or not all(type(one) in (str, int) and str(one) for one in names):
            raise self.error(section, word, 'takes a list of ids or names, such as [71, "Harbour Web"].')
        return replace(limits, only=frozenset(str(one).strip().lower() for one in names))

    def _limits(self, section: str, data: Mapping[str, Any], more: Iterable[str] = ()) -> Limits:
        known = [field.name for field in fields(Limits) if field.name != "only"]
        for key, value in data.items():
            if key not in known:
                raise self.unknown(section, key, [*known, *more])
            if key == "hours":
                try:
                    Hours.parse(self.text(section, key, value))
                except ValueError as error:
                    raise self.error(
                        section, key, 'takes hours of the week, such as "mon-fri 08:00-18:00, sat 10:00-12:00".'
                    ) from error
            elif isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
                raise self.error(section, key, f"takes a whole number from 0 to {MOST}.")
        return Limits(**data)

    def _accounts(self, data: Mapping[str, Any]) -> Iterator[Account]:
        defaults: dict[str, str] = {}
        for name, value in data.items():
            section = f"accounts.{name}"
            if not ACCOUNT.fullmatch(name) or name in {DEFAULT_ACCOUNT, PEOPLE} or name in self._platforms:
                raise self.error(
                    "accounts",
                    name,
                    "cannot be an account's name, which has small letters, digits, - and _, and is neither "
                    f"{DEFAULT_ACCOUNT} nor {PEOPLE} nor a platform.",
                )
            account = self._account(name, self.table(section, value))
            if account.is_default and (other := defaults.setdefault(account.platform, name)) != name:
                raise self.error(section, "default", f"is true for [accounts.{other}] too, of the same platform.")
            yield account

    def _account(self, name: str, data: Mapping[str, Any]) -> Account:
        section = f"accounts.{name}"
        key = self.text(section, "platform", data.get("platform", ""))
        if key not in self._platforms:
            raise self.error(section, "platform", f"is one of {', '.join(self._platforms)}.")
        platform, prefix = self._platforms[key], f"{key}_"
        credentials = _own({c.variable for c in platform.credentials}, prefix)
        settings = _own({s.variable for s in (platform.address, *platform.settings)}, prefix)
        known = [
            "platform",
            "default",
            *settings,
            *(f"{name}_{kind}" for name in credentials for kind in ("file", "variable")),
        ]
        files, variables, values = dict[str, str](), dict[str, str](), dict[str, str]()
        is_default = data.get("default", False)
        if not isinstance(is_default, bool):
            raise self.error(section, "default", "takes true or false.")
        for key, value in data.items():
            name_of_it, _, kind = key.rpartition("_")
            if key == "default":
                continue
            if key not in known:
                raise self.unknown(section, key, known)
            text = self.text(section, key, value)
            if key in settings:
                values[settings[key]] = text
            elif name_of_it in credentials and kind == "file":
                files[credentials[name_of_it]] = self.file(text)
            elif name_of_it in credentials:
                if not VARIABLE.fullmatch(text):
                    raise self.error(section, key, "takes the name of an environment variable, such as QA_TOKEN.")
                variables[credentials[name_of_it]] = text
        for twice in files.keys() & variables.keys():
            raise self.error(section, "", f"has two sources of {twice}; give a file or a variable.")
        return Account(name, data["platform"], files, variables, values, is_default)


def is_zone(name: str) -> bool:
    """Whether a time zone has this name."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False
    return True


def _own(variables: Iterable[str], prefix: str) -> dict[str, str]:
    """The variables that begin with the platform's name, by the rest of theirs."""
    return {
        variable.lower().removeprefix(prefix): variable
        for variable in sorted(variables)
        if variable.lower().startswith(prefix)
    }


def _stated(data: Mapping[str, Any], section: str = "") -> Iterator[str]:
    """Each value with its place; every secret is elsewhere."""
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _stated(value, f"{section}.{key}" if section else key)
        else:
            yield f"[{section}] {key} = {value if not isinstance(value, bool) else str(value).lower()}"
