"""Settings of a server that several people share, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from server.credentials import SettingsError

PEOPLE: Final = "TESTDESK_PEOPLE"
ISSUER: Final = "TESTDESK_ISSUER"
RESOURCE: Final = "TESTDESK_RESOURCE"
STATE_KEYS: Final = "TESTDESK_STATE_KEYS"


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

    @property
    def has_people(self) -> bool:
        """Whether callers are told apart."""
        return bool(self.people or self.issuer)


def read_team(environment: Mapping[str, str]) -> TeamSettings:
    """Read the environment once.

    Raises:
        SettingsError: with a sentence for the person who set it.
    """
    given = {name: environment.get(name, "").strip() for name in (PEOPLE, ISSUER, RESOURCE)}
    if given[ISSUER] and not given[RESOURCE]:
        raise SettingsError(f"{ISSUER} wants {RESOURCE} beside it: the address of this server that tokens are for.")
    return TeamSettings(people=given[PEOPLE], issuer=given[ISSUER], resource=given[RESOURCE])
