"""The rights of people as their latest request over HTTP showed them."""

from typing import Final

from server.team.person import Person
from server.team.rights import Right

MOST: Final = 1_000
"""People whose rights are remembered; those who were not seen for longest are forgotten first."""
_latest: dict[tuple[str, str], frozenset[Right]] = {}


def note(person: Person) -> None:
    """Remember the rights that a request came with."""
    key = person.issuer, person.name
    _latest.pop(key, None)
    _latest[key] = person.rights
    if len(_latest) > MOST:
        del _latest[next(iter(_latest))]


def rights_of(person: Person) -> frozenset[Right]:
    """What a person may do now: of the rights that a call came with, those that the latest request still had."""
    return person.rights & _latest.get((person.issuer, person.name), person.rights)
