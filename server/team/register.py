"""The people of a server as an admin sees them."""

from collections.abc import Iterable, Sequence

from server.team.overview import KnownKey, KnownPerson
from server.team.people import Member, People
from server.team.rights import RIGHTS
from tools.kit.platform import Platform


class PeopleRegister:
    """The people whom the operator's files name, as they are now."""

    def __init__(self, people: People, platforms: Iterable[Platform]) -> None:
        self._people, self._platforms = people, tuple(platforms)

    def known(self) -> Sequence[KnownPerson]:
        return [self._known(member) for member in self._people.members]

    @property
    def problem(self) -> str:
        return self._people.problem

    def _known(self, member: Member) -> KnownPerson:
        section, held = member.section, member.person.credentials
        keys = tuple(KnownKey(key.name, key.expires) for key in section.keys)
        own = tuple(p.title for p in self._platforms if any(c.variable in held for c in p.credentials))
        rights = tuple(right for right in RIGHTS if right in section.rights)
        return KnownPerson(section.name, rights, keys, bool(section.subject), own)
