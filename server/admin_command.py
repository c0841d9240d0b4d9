"""`testdesk admin`: what a shared server's admin wants to know, in a terminal of its machine."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from server.guards.budgets import Budgets
from server.ledger_command import line_of, say
from server.settings import read_settings
from server.store.engine import StoreError
from server.store.place import open_store
from server.team.overview import KnownPerson, Overview, overview
from server.team.register import PeopleRegister
from server.team.settings import read_team
from tools.platforms import PLATFORMS


async def run_admin(given: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> int:
    """Print it; 1 where the store cannot be read."""
    settings = read_settings(PLATFORMS, environment)
    team = read_team(environment, settings, PLATFORMS)
    register = PeopleRegister(team.members, PLATFORMS) if team.members is not None else None
    engine = open_store(environment)
    try:
        seen = await overview(engine, Budgets(settings.configuration, engine), register)
    except StoreError as error:
        print(f"testdesk: {error}", file=sys.stderr)  # noqa: T201 - this is its output
        return 1
    finally:
        await engine.close()
    if given.json:
        say(json.dumps(seen.as_json(), ensure_ascii=False, indent=2))
        return 0
    for note in seen.notes:
        say(f"WARNING: {note}")
    for name, lines in PARTS.items():
        if given.part in {None, name}:
            say(f"{name.capitalize()}:")
            for line in lines(seen):
                say(f"  {line}")
    return 0


def _people(seen: Overview) -> Iterator[str]:
    for person in seen.people:
        yield f"{person.name}: {', '.join(person.rights)}; {_ways(person)}"
    if not seen.people:
        yield "The settings name nobody."


def _ways(person: KnownPerson) -> str:
    ways = [
        f"key {key.name} {'has expired' if key.has_expired else f'until {key.expires:%Y-%m-%d}' if key.expires else ''}"
        for key in person.keys
    ]
    ways += ["the identity provider"] if person.has_subject else []
    own = f"; own credentials of {', '.join(person.own)}" if person.own else ""
    return (", ".join(way.rstrip() for way in ways) or "no key yet") + own


def _questions(seen: Overview) -> Iterator[str]:
    for one in seen.waiting:
        yield f"{one.number}  {one.principal}  {one.tool}: {one.words}"
    if not seen.waiting:
        yield "None waits."


def _unknown(seen: Overview) -> Iterator[str]:
    for act in seen.unknown:
        tool = act.row().get("settle_with")
        yield line_of(act) + (f"; {tool} shows it" if tool else "")
    yield "`testdesk ledger settle` reads what they left." if seen.unknown else "No act is of unknown outcome."


def _acts(seen: Overview) -> Iterator[str]:
    for act in seen.acts:
        yield line_of(act)
    yield f"{seen.records} records in the ledger of {seen.store}."


PARTS: Final[Mapping[str, Callable[[Overview], Iterator[str]]]] = {
    "people": _people,
    "budgets": lambda seen: iter(seen.budgets or ["The operator has set no limits that are counted."]),
    "questions": _questions,
    "unknown": _unknown,
    "acts": _acts,
}
