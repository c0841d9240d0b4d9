"""People in words, for the command line and doctor: rights, keys and platforms, never a value or a whole digest."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from server.team.keys import Key
from server.team.people import People
from server.team.people_file import PersonSection
from server.team.rights import RIGHTS
from server.team.settings import TeamSettings
from tools.kit.platform import Platform
from tools.kit.text import many

SOON_DAYS: Final = 14
"""Before a key's last day, it is said that it ends soon."""


def rights_line(rights: Iterable[str]) -> str:
    """The rights in their order."""
    held = set(rights)
    return ", ".join(right for right in RIGHTS if right in held)


def key_line(key: Key, today: date) -> str:
    """A key's name, the beginning of its digest, and its last day."""
    start = f"{key.name} (sha256:{key.digest.removeprefix('sha256:')[:8]}...)"
    if key.expires is None:
        return f"{start} NEVER EXPIRES"
    if key.has_expired(today):
        return f"{start} EXPIRED on {key.expires}"
    left = (key.expires - today).days
    soon = "EXPIRES SOON: " if left <= SOON_DAYS else ""
    return f"{start} {soon}until {key.expires}, {many(left, 'day')} left"


def people_lines(team: TeamSettings, platforms: Sequence[Platform], today: date) -> list[str]:
    """What doctor says of those who share the server."""
    if not team.has_people:
        return []
    taken = team.header_credentials is not None and team.header_credentials.are_allowed
    lines = [f"Own credentials of platforms in request headers: {'taken' if taken else 'refused'}"]
    if team.members is None:
        return ["People: those whom the identity provider knows", *lines]
    return [*_members(team.members, platforms, today), *lines]


def _members(people: People, platforms: Sequence[Platform], today: date) -> list[str]:
    lines = ["People:"]
    for member in people.members:
        section = member.section
        lines.append(f"    {section.name}: {rights_line(section.rights)}")
        lines += [f"        key {key_line(key, today)}" for key in section.keys]
        if section.subject:
            lines.append("        known to the identity provider")
        if not section.keys and not section.subject:
            lines.append("        NO KEY, and no subject: nobody can come under this name")
        lines += [f"        {line}" for line in _own(section, platforms)]
    return lines


def _own(section: PersonSection, platforms: Sequence[Platform]) -> list[str]:
    """The platforms for which a person has something of their own, with the variables and never a value."""
    found = []
    for platform in platforms:
        held = [c.variable for c in platform.credentials if c.variable in {*section.files, *section.variables}]
        held += [s.variable for s in platform.settings if s.variable in section.values]
        if held:
            found.append(f"own for {platform.title}: {', '.join(held)}")
    return found
