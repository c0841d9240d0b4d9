"""People: those whom the operator's files name, read again when a file changes."""

import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from pydantic import SecretStr

from server.credentials import SettingsError, secret
from server.settings import Settings
from server.team.authentication import Headers, NotAuthenticated
from server.team.keys import Key, digest_of, person_in
from server.team.people_file import PersonSection, joined, read_people
from server.team.person import Person
from server.team.personal import PersonalSecrets, check_own
from tools.kit.platform import Platform

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
"""Between two looks at whether a file has changed."""
NO_SUCH_KEY: Final = (
    "This server does not know this key: it was mistyped or withdrawn. The operator makes another one with `testdesk "
    "key new`."
)
EXPIRED: Final = "This key has expired. The operator makes another one with `testdesk key new`."

Stamp = tuple[int, ...] | None
Stamps = dict[str, Stamp]


@dataclass(frozen=True)
class Member:
    """A person, and the section that says so."""

    section: PersonSection
    person: Person


def _today() -> date:
    return datetime.now(UTC).date()


class People:
    """The people of a server, by their keys and by what an identity provider calls them.

    A file that can no longer be read, or says what cannot be, changes nothing: the last good state counts, an error is
    logged once, and `problem` says what is wrong.
    """

    def __init__(
        self,
        files: Mapping[str, bool],
        platforms: Sequence[Platform],
        settings: Settings,
        environment: Mapping[str, str],
        secrets: PersonalSecrets,
        *,
        now: Callable[[], float] = time.monotonic,
        today: Callable[[], date] = _today,
    ) -> None:
        """`files` are those that name people, each with whether it names nothing else.

        Raises:
            SettingsError: one of them cannot be read, or says what cannot be.
        """
        self._files, self._platforms, self._settings, self._environment = files, platforms, settings, environment
        self._secrets, self._now, self._today = secrets, now, today
        self._problem = ""
        self._looked = now()
        self._take(*self._read())

    @property
    def problem(self) -> str:
        """What is wrong with the files since they were last read well; empty: nothing."""
        self._look()
        return self._problem

    @property
    def members(self) -> list[Member]:
        """Everybody, by name."""
        self._look()
        return [self._members[name] for name in sorted(self._members)]

    @property
    def own_platforms(self) -> frozenset[str]:
        """The platforms for which somebody has a credential of their own."""
        held = {name for member in self.members for name in member.person.credentials}
        return frozenset(p.key for p in self._platforms if any(c.variable in held for c in p.credentials))

    async def by_key(self, key: bytes, headers: Headers) -> Person:
        """The person of a key.

        Raises:
            NotAuthenticated: when nobody has it, or it has expired.
        """
        self._look()
        given = key.decode("ascii", "replace")
        # Looking up a digest takes as long for a key that is nearly right as for any other.
        found = self._by_digest.get(digest_of(given))
        if found is None or person_in(given) != found[0]:
            raise NotAuthenticated(NO_SUCH_KEY)
        name, held = found
        if held.has_expired(self._today()):
            raise NotAuthenticated(EXPIRED)  # to whoever has the whole key, and to nobody else
        return self._members[name].person

    def of_subject(self, issuer: str, subject: str) -> Person | None:
        """The person whom an identity provider calls so; None where no section says who that is."""
        self._look()
        for member in self._members.values():
            section = member.section
            if section.subject and section.subject == subject and section.issuer in {"", issuer}:
                return member.person
        return None

    def _look(self) -> None:
        """Read the files again if one has changed; at most once a second."""
        now = self._now()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        if not self._problem and self._stamps == {file: _stamp(file) for file in self._stamps}:
            return
        try:
            read = self._read()
        except SettingsError as error:
            if str(error) != self._problem:
                logger.error("The people are those of before, since their files cannot be used: %s", error)
            self._problem = str(error)
            return
        self._problem = ""
        self._take(*read)

    def _read(self) -> tuple[list[Member], Stamps]:
        """Everybody, and how the files looked just before: a change since then is seen at the next look."""
        stamps: Stamps = {file: _stamp(file) for file in self._files}
        sections = joined(*(read_people(file, self._platforms, only_people=only) for file, only in self._files.items()))
        if not self._settings.sandbox:
            stamps |= {file: _stamp(file) for section in sections for file in section.files.values()}
        return [Member(section, self._person(section)) for section in sections], stamps

    def _take(self, members: Iterable[Member], stamps: Stamps) -> None:
        self._stamps = stamps
        self._members = {member.section.name: member for member in members}
        self._by_digest: dict[str, tuple[str, Key]] = {
            key.digest: (name, key) for name, member in self._members.items() for key in member.section.keys
        }
        # Before any request can carry one of them further.
        self._secrets.declared.add(
            value.get_secret_value()
            for member in self._members.values()
            for value in member.person.credentials.values()
        )

    def _person(self, section: PersonSection) -> Person:
        person = Person(section.name, section.rights, self._credentials(section), section.values)
        for platform in self._platforms:
            try:
                check_own(platform, self._settings, person)
            except SettingsError as error:
                raise SettingsError(f"{section.path}, [people.{section.name}]: {error}") from error
        return person

    def _credentials(self, section: PersonSection) -> dict[str, SecretStr]:
        held = dict[str, SecretStr]()
        for platform in self._platforms:
            for credential in platform.credentials:
                variable = credential.variable
                if variable not in section.files and variable not in section.variables:
                    continue
                if self._settings.sandbox:  # it never sees a real credential
                    sandbox = credential.sandbox_value or f"sandbox-{platform.key}-credential"
                    held[variable] = SecretStr(f"{sandbox}-of-{section.name}")
                    continue
                held[variable] = self._credential(section, variable, is_free_text=credential.is_free_text)
        return held

    def _credential(self, section: PersonSection, variable: str, *, is_free_text: bool) -> SecretStr:
        place = f"{section.path}, [people.{section.name}]"
        source = section.variables.get(variable)
        if source is not None:
            given = {variable: self._environment.get(source, "")}
            wrong = f"the variable that it names for {variable} is not set."
        else:
            given = {f"{variable}_FILE": section.files[variable]}
            wrong = f"{variable} has no value."
        try:
            found = secret(variable, given, is_free_text=is_free_text)
        except SettingsError as error:
            raise SettingsError(f"{place}: {error}") from error
        if found is None:
            raise SettingsError(f"{place}: {wrong}")
        return found


def _stamp(file: str) -> Stamp:
    """What changes when a file does; links are followed, since mounted secrets are swapped by them."""
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_dev
