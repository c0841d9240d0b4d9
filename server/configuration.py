"""What a configuration file can say, as values; and where it is."""

import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from server.records import CONFIG, default_configuration
from tools.kit.toolset import Effect

if TYPE_CHECKING:
    from server.team.token_rules import TokenRules  # a start without one does not pay for it

NOTHING: Final = "\0"
"""The name of no product and no project."""
DEFAULT_ACCOUNT: Final = "default"
"""The name of the environment's account beside several of the file's, and of a platform's only one."""


Way = Literal["ask", "client", "refuse"]
WAYS: Final[tuple[Way, ...]] = ("ask", "client", "refuse")
"""Who confirms an act: the user, asked by us; the host, which approves the call; or nobody, so that it is refused."""


@dataclass(frozen=True)
class ConsentBy:
    """Who confirms the acts of each effect."""

    destroys: Way = "ask"
    spends: Way = "ask"
    writes: Way = "ask"
    """Of those that ask."""

    def of(self, effect: Effect) -> Way:
        ways: dict[Effect, Way] = {Effect.DESTROYS: self.destroys, Effect.SPENDS: self.spends}
        return ways.get(effect, self.writes)

    @property
    def by_host(self) -> list[str]:
        """The effects whose acts the host confirms."""
        return [name for name, way in vars(self).items() if way == "client"]


@dataclass(frozen=True)
class Limits:
    """The limits of one scope: of all acts, of a platform's, or of an account's; None: no limit."""

    paid_acts_a_day: int | None = None
    paid_acts_a_month: int | None = None
    tester_hours_a_day: int | None = None
    tester_hours_a_month: int | None = None
    runners_x_copies: int | None = None
    in_one_act: int | None = None
    writes_a_minute: int | None = None
    hours: str | None = None
    """When something may be ordered, such as `mon-fri 08:00-18:00`."""
    only: frozenset[str] | None = None
    """The only products or projects that may be reached, in small letters; None: all."""


@dataclass(frozen=True)
class Budgets:
    """What may be spent and changed."""

    limits: Mapping[str, Limits] = field(default_factory=dict)
    """By scope: a platform, an account, or empty for all acts together."""
    zone: str = "UTC"
    """The time zone of hours, days and months."""
    people: Mapping[str, Limits] = field(default_factory=dict)
    """Of each person, by name where callers are identified; empty for everybody whom it does not name."""
    lockdown: bool = False
    """Whether texts that others wrote are left out of answers."""


@dataclass(frozen=True)
class TeamLimits:
    """What each person may do at once, where callers are identified, and what a platform takes of all processes."""

    processes: int | None = None
    """How many processes share the platforms' allowances; None: they are counted."""
    calls_at_once: int = 8
    """Calls of one person on one platform that one process carries out at once."""
    calls_waiting: int = 32
    """Calls of one person on one platform that wait for these."""
    calls_a_minute: int | None = None
    """Calls of one person in one minute, in all processes; None: no limit."""
    open_requests: int = 256
    """HTTP requests of one person that one process has open at once."""
    requests_at_once: Mapping[str, int] = field(default_factory=dict)
    """Concurrent requests to an account, of all processes together, in place of its platform's default."""


@dataclass(frozen=True)
class Account:
    """An account of a platform, under a name of the operator's; holds no secret itself."""

    name: str
    platform: str
    files: Mapping[str, str] = field(default_factory=dict)
    """Files that hold credentials, by the credential's variable."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Variables that hold credentials, by the credential's own variable."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Settings, by their variables."""
    is_default: bool = False

    def alone_in(self, environment: Mapping[str, str], own: Collection[str]) -> dict[str, str]:
        """An environment in which this account alone says what the platform's `own` variables are."""
        found = {name: value for name, value in environment.items() if name.removesuffix("_FILE") not in own}
        found |= {**self.values, **{f"{variable}_FILE": path for variable, path in self.files.items()}}
        return found | {name: environment[source] for name, source in self.variables.items() if source in environment}


@dataclass(frozen=True)
class TrackerSection:
    """A tracker, under a name of the operator's; holds no secret itself."""

    name: str
    kind: str
    files: Mapping[str, str] = field(default_factory=dict)
    """Files that hold credentials, by the credential's name."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Variables that hold credentials, by the credential's name."""
    values: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    uploads: bool = False


MOST_A_DAY: Final = 50
"""Issues that a standing order creates in one day, unless it says another number."""


@dataclass(frozen=True)
class HandOverRule:
    """A standing order: which bugs that arrive become issues of a tracker by themselves."""

    name: str
    platform: str
    tracker: str
    """The operator's name of the tracker."""
    products: frozenset[str] = frozenset()
    """Ids or names of products or projects, in small letters; none: all."""
    severities: frozenset[str] = frozenset()
    """The platform's words or the shared levels, in small letters; none: all."""
    not_severities: frozenset[str] = frozenset()
    labels: tuple[str, ...] = ()
    """Labels besides those of the tracker's section."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Options of the tracker's container that differ from its section."""
    a_day: int = MOST_A_DAY
    mark_exported: bool = False
    uploads: bool = False


@dataclass(frozen=True)
class Configuration:
    """What one file says; without a file, nothing."""

    path: str = ""
    consent: ConsentBy = ConsentBy()
    budgets: Budgets = field(default_factory=Budgets)
    team: TeamLimits = TeamLimits()
    accounts: tuple[Account, ...] = ()
    trackers: tuple[TrackerSection, ...] = ()
    hand_over: tuple[HandOverRule, ...] = ()
    """The standing orders; of those that take a bug the first one counts."""
    tokens: "TokenRules | None" = None
    """What tokens of the identity provider are for, and which rights they give; None: nothing is set."""
    stated: tuple[str, ...] = ()
    """Each value that it sets, as `[section] key = value`; without the people."""
    has_people: bool = False
    """Whether it names people who share a server over HTTP."""
    header_credentials: bool = False
    """Whether these may send their own credentials of platforms with their requests."""

    def account_of(self, platform: str) -> Account | None:
        """The account of a platform that it names."""
        return next((account for account in self.accounts if account.platform == platform), None)

    def scopes(self, platform: str, account: str | None) -> tuple[str, ...]:
        """The scopes of limits for an account of a platform; None: for its only one."""
        only = None if self.several(platform) else self.account_of(platform)
        name = account or (only.name if only is not None else "")
        return (platform, name) if name else (platform,)

    def only(self, platform: str, account: str | None = None) -> frozenset[str]:
        """The only products or projects of a platform that may be reached in an account; none: all."""
        scopes = self.scopes(platform, account)
        found = [limits.only for scope in scopes if (limits := self.budgets.limits.get(scope)) and limits.only]
        return frozenset.intersection(*found) or frozenset({NOTHING}) if found else frozenset()

    def several(self, platform: str) -> tuple[Account, ...]:
        """The accounts of a platform of which it names at least two."""
        found = tuple(account for account in self.accounts if account.platform == platform)
        return found if len(found) > 1 else ()

    def under(self, environment: Mapping[str, str]) -> dict[str, str]:
        """An environment with the accounts' values below its own; of several accounts of a platform it takes none."""
        found: dict[str, str] = {}
        for account in self.accounts:
            if self.several(account.platform):
                continue
            found |= account.values
            for variable, path in account.files.items():
                if not is_set(variable, environment):
                    found[f"{variable}_FILE"] = path
            for variable, source in account.variables.items():
                if not is_set(variable, environment) and source in environment:
                    found[variable] = environment[source]
        return found | {name: value for name, value in environment.items() if value.strip() or name not in found}

    def source_of(self, sentence: str) -> str:
        """Where a sentence about a variable has its value from, if that is this file."""
        for account in self.accounts:
            names = (*account.files, *account.variables, *account.values)
            if not self.several(account.platform) and any(name in sentence for name in names):
                return f" {self.path} sets it, in [accounts.{account.name}]."
        return ""


def is_set(variable: str, environment: Mapping[str, str]) -> bool:
    """Whether a credential is given, as it is or as a file."""
    return any(environment.get(name, "").strip() for name in (variable, f"{variable}_FILE"))


def configuration_file(environment: Mapping[str, str], *, sandbox: bool = False) -> str:
    """The path of the configuration file; empty where there is none.

    A sandbox takes only a named one, since the default one is about real accounts. A named one need not exist.
    """
    named = environment.get(CONFIG, "").strip()
    if named or sandbox:
        return named
    path = default_file(environment)
    return path if path and os.path.exists(path) else ""


def default_file(environment: Mapping[str, str]) -> str:
    """Where the configuration file is looked for; empty if the user has no such folder."""
    if sys.platform == "win32":
        from platformdirs import user_config_dir

        return os.path.join(user_config_dir("testdesk", appauthor=False), "testdesk.toml")
    return default_configuration(environment)
