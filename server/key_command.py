"""`testdesk key`: keys of people who share a server over HTTP, in the file that names them."""

import argparse
import os
import re
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from server.configuration import configuration_file
from server.credentials import SettingsError
from server.hosts import files, toml_text
from server.hosts.jsonc import Unplaceable
from server.team.describe import key_line, rights_line
from server.team.keys import Key, digest_of, new_key
from server.team.people_file import NAME, PersonSection, joined, read_people, read_text
from server.team.rights import RIGHTS
from server.team.settings import PEOPLE
from tools.kit.text import many
from tools.platforms import PLATFORMS

MOST_DAYS: Final = 3_650
TRIES: Final = 5


def run_key(given: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> int:
    """Run one of its commands; 1 where the file cannot be changed, or there is no such person or key."""
    try:
        return COMMANDS[given.what](given, environment)
    except (files.FileProblem, _NotDone) as error:
        say(f"testdesk: {error}")
        return 1


class _NotDone(Exception):
    """A key cannot be made or withdrawn; the message says why, and what to do."""


def make(given: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print a new key to standard output, and store its digest or print the section that has it."""
    name, rights = _named("a person", given.person), _rights(given.rights)
    today = _today()
    expires = _last_day(given.expires, today)
    person = _people(environment).get(name)
    if person is not None and rights is not None and set(rights) != person.rights:
        raise _NotDone(
            f"{name} has the rights {rights_line(person.rights)} already. Change them in [people.{name}] of "
            f"{person.path}, or leave --rights out."
        )
    taken = {key.name for key in person.keys} if person is not None else set()
    word = _named("a key", given.name) if given.name else next(w for w in _words() if w not in taken)
    if word in taken:
        raise _NotDone(f"{name} has a key {word} already. Take another --name, or revoke that one first.")
    key = new_key(name)
    entry: dict[str, Any] = {"digest": digest_of(key)} | ({} if expires is None else {"expires": expires})
    path = environment.get(PEOPLE, "").strip()
    if not path or (person is not None and not _is_same(path, person.path)):
        text = "" if person is not None else toml_text.put("", ["people", name], {"rights": rights or ["read"]})
        where = "testdesk.toml, or to a file that TESTDESK_PEOPLE names" if person is None else person.path
        say(f"testdesk: add this to {where}:\n")
        say(toml_text.put(text, ["people", name, "keys", word], entry))
    else:
        _change(path, lambda text: _with_key(text, name, None if person else rights or ["read"], word, entry))
        say(f"testdesk: the key {word} of {name} is in {path}. {key_line(Key(word, digest_of(key), expires), today)}")
    say("testdesk: this is the only time that the key is printed:")
    print(key)  # noqa: T201 - this is its output
    return 0


def show_list(given: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Everybody, with rights and keys; of a digest only its beginning."""
    people = _people(environment)
    for _, person in sorted(people.items()):
        print(f"{person.name}: {rights_line(person.rights)}")  # noqa: T201 - this is its output
        for key in person.keys:
            print(f"    {key_line(key, _today())}")  # noqa: T201 - as above
    if not people:
        say(f"testdesk: nobody is named yet. `testdesk key new NAME` makes a key; {PEOPLE} names the file.")
    return 0


def revoke(given: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Take one key of a person, or all, out of the file."""
    name, path = given.person, environment.get(PEOPLE, "").strip()
    person = _people(environment).get(name)
    if person is None:
        raise _NotDone(f"Nobody is named {name!a}. `testdesk key list` names everybody.")
    gone = [key for key in person.keys if not given.name or key.name == given.name]
    if not gone:
        wanted = f"a key {given.name!a}" if given.name else "a key"
        raise _NotDone(f"{name} has not {wanted}. `testdesk key list` names them.")
    if not path or not _is_same(path, person.path):
        raise _NotDone(f"{person.path} has the keys of {name}; take them out of it yourself.")
    at = ["people", name, "keys", *([given.name] if given.name else [])]
    _change(path, lambda text: toml_text.drop(text, at))
    left = {key.name for key in _people(environment)[name].keys} & {key.name for key in gone}
    if left:
        raise _NotDone(f"{path} is not written as this command writes it, so take these keys out of it yourself.")
    say(f"testdesk: {many(len(gone), 'key')} of {name} withdrawn. A server that runs refuses them within a second.")
    return 0


COMMANDS: Final = {"new": make, "list": show_list, "revoke": revoke}


def _people(environment: Mapping[str, str]) -> dict[str, PersonSection]:
    """Everybody whom the files name."""
    path, configuration = environment.get(PEOPLE, "").strip(), configuration_file(environment)
    found = [read_people(configuration, PLATFORMS, only_people=False)] if configuration else []
    if path and os.path.exists(path):
        found.append(read_people(path, PLATFORMS, only_people=True))
    return {section.name: section for section in joined(*found)}


def _change(path: str, edit: Any) -> None:
    """Change the file in one step; what else it has stays, comments too.

    Raises:
        FileProblem: it cannot be written.
        _NotDone: its form does not allow the change.
    """
    file = Path(path)
    for attempt in range(TRIES):
        before = files.read(file)
        try:
            after = edit(files.decoded(before))
            read_text(path, after, PLATFORMS)
        except (SettingsError, Unplaceable) as error:
            raise _NotDone(
                f"The file is not written as this command writes it, so it was left alone: {error}"
            ) from error
        try:
            files.replace(file, before=before, after=after.encode())
            return
        except files.ChangedMeanwhile:
            if attempt + 1 == TRIES:
                raise


def _with_key(text: str, name: str, rights: list[str] | None, word: str, entry: Mapping[str, Any]) -> str:
    if rights is not None:
        text = toml_text.put(text, ["people", name], {"rights": rights})
    return toml_text.put(text, ["people", name, "keys", word], entry)


def _named(what: str, name: str) -> str:
    if not NAME.fullmatch(name):
        raise SettingsError(
            f"{name[:60]!a} cannot be the name of {what}: it begins with a small letter and has small letters, "
            "digits, - and _, at most 40."
        )
    return name


def _rights(words: str | None) -> list[str] | None:
    if words is None:
        return None
    given = [word.strip() for word in words.split(",")]
    if not set(given) <= set(RIGHTS):
        raise SettingsError(f"--rights takes {', '.join(RIGHTS)}, separated by commas.")
    return [right for right in RIGHTS if right in given]


def _last_day(word: str, today: date) -> date | None:
    """The last day of a key; None: it never expires."""
    if word == "never":
        return None
    if (days := re.fullmatch(r"(\d{1,4})d", word)) and 1 <= int(days[1]) <= MOST_DAYS:
        return today + timedelta(days=int(days[1]))
    try:
        day = date.fromisoformat(word)
    except ValueError as error:
        raise SettingsError("--expires takes days such as 90d, a date such as 2027-01-31, or never.") from error
    if day < today:
        raise SettingsError(f"--expires names {day}, which is over.")
    return day


def _words() -> Any:
    yield "first"
    number = 2
    while True:
        yield f"key{number}"
        number += 1


def _today() -> date:
    return datetime.now(UTC).date()


def _is_same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def say(sentence: str) -> None:
    """Print to standard error: standard output has the key alone."""
    print(sentence, file=sys.stderr)  # noqa: T201 - this is its output
