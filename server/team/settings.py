"""Settings of a server that several people share, from the environment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from server.credentials import SettingsError
from server.settings import Settings
from server.team.addresses import checked_address
from server.team.keyring import read_keys
from server.team.personal import PersonalSecrets
from server.team.token_rules import TokenRules
from tools.kit.platform import Platform

if TYPE_CHECKING:
    from server.team.header_credentials import HeaderCredentials
    from server.team.people import People

PEOPLE: Final = "TESTDESK_PEOPLE"
ISSUER: Final = "TESTDESK_ISSUER"
RESOURCE: Final = "TESTDESK_RESOURCE"
STATE_KEYS: Final = "TESTDESK_STATE_KEYS"
HEADER_CREDENTIALS: Final = "TESTDESK_HEADER_CREDENTIALS"


@dataclass(frozen=True)
class TeamSettings:
    """What a server over HTTP knows of those who share it, and of the processes beside it."""

    people: str = ""
    """The file that names them, with the digests of their keys."""
    issuer: str = ""
    """The address of the identity provider whose tokens are taken."""
    resource: str = ""
    """The server's own address, for which such tokens are issued."""
    state_keys: tuple[bytes, ...] = ()
    """The keys that seal rounds and sessions, in all processes; the first one seals."""
    members: "People | None" = None
    """Those whom the files name, if any does."""
    header_credentials: "HeaderCredentials | None" = None
    """What people may send with their requests; None where callers are not identified."""
    secrets: PersonalSecrets = field(default_factory=PersonalSecrets)
    """The people's own credentials, for redaction."""
    tokens: TokenRules = field(default_factory=TokenRules)
    """What such tokens are for, and which rights they give."""

    @property
    def has_people(self) -> bool:
        """Whether callers are identified."""
        return bool(self.members or self.people or self.issuer)


def read_team(
    environment: Mapping[str, str], settings: Settings | None = None, platforms: Sequence[Platform] = ()
) -> TeamSettings:
    """Read the environment once, and the people whom the files name.

    Raises:
        SettingsError: with a sentence for the person who set it.
    """
    given = {name: environment.get(name, "").strip() for name in (PEOPLE, ISSUER, RESOURCE)}
    if given[ISSUER] and not given[RESOURCE]:
        raise SettingsError(f"{ISSUER} wants {RESOURCE} beside it: the address of this server that tokens are for.")
    for name in (ISSUER, RESOURCE):
        if given[name]:
            checked_address(name, given[name])
    rules = settings.configuration.tokens if settings is not None else None
    team = TeamSettings(
        people=given[PEOPLE],
        issuer=given[ISSUER],
        resource=given[RESOURCE],
        state_keys=read_keys(STATE_KEYS, environment),
        tokens=rules or TokenRules(),
    )
    return team if settings is None else _with_people(team, environment, settings, platforms)


def _with_people(
    team: TeamSettings, environment: Mapping[str, str], settings: Settings, platforms: Sequence[Platform]
) -> TeamSettings:
    files = {settings.configuration.path: False} if settings.configuration.has_people else {}
    files |= {team.people: True} if team.people else {}
    if not files and not team.issuer:
        return team
    from server.team.header_credentials import HeaderCredentials  # where one key is enough, none of this is needed
    from server.team.people import People

    members = People(files, platforms, settings, environment, team.secrets) if files else None
    allowed = settings.configuration.header_credentials or is_on(environment.get(HEADER_CREDENTIALS, ""))
    headers = HeaderCredentials(platforms, settings, team.secrets, are_allowed=allowed)
    return replace(team, members=members, header_credentials=headers)


def is_on(word: str) -> bool:
    """Whether a variable switches something on.

    Raises:
        SettingsError: for a word that is neither yes nor no.
    """
    if word.strip().lower() in {"1", "true", "yes"}:
        return True
    if word.strip().lower() in {"", "0", "false", "no"}:
        return False
    raise SettingsError(f"{HEADER_CREDENTIALS} takes 1 or 0.")


def brought(team: TeamSettings | None, platforms: Sequence[Platform]) -> frozenset[str]:
    """The platforms that people can use with credentials of their own, so that they are offered without the team's."""
    if team is None:
        return frozenset()
    if team.header_credentials is not None and team.header_credentials.are_allowed:
        return frozenset(platform.key for platform in platforms)
    return team.members.own_platforms if team.members is not None else frozenset()
