"""Credentials that people send with their requests, where the operator allows it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import SecretStr

from server.credentials import SettingsError, checked, is_placeholder
from server.settings import Settings
from server.team.authentication import Headers, NotAuthenticated
from server.team.person import OWN_HEADERS, Person
from server.team.personal import PersonalSecrets, check_own
from tools.kit.platform import Credential, Platform

LONGEST: Final = 4_096
NOT_ALLOWED: Final = (
    "This server takes no credentials from headers, so nothing was done with yours. Its operator can allow it: "
    "header_credentials = true under [team], or TESTDESK_HEADER_CREDENTIALS=1."
)


def header_of(platform: Platform, variable: str) -> str | None:
    """The header for a person's own value of a variable, such as testdesk-PLATFORM-token for its API token."""
    prefix = f"{platform.key}_"
    name = variable.lower()
    if not name.startswith(prefix):
        return None
    rest = name.removeprefix(prefix).removeprefix("api_").replace("_", "-")
    return f"{OWN_HEADERS.decode()}{platform.key}-{rest}"


@dataclass(frozen=True)
class _Known:
    platform: Platform
    variable: str
    credential: Credential | None
    """None: it is for a setting."""


class HeaderCredentials:
    """Adds what a request brings to the person who sent it."""

    def __init__(
        self, platforms: Sequence[Platform], settings: Settings, secrets: PersonalSecrets, *, are_allowed: bool
    ) -> None:
        self._platforms, self._settings, self._secrets = platforms, settings, secrets
        self.are_allowed = are_allowed
        self._known = {header: known for known in _known(platforms) if (header := header_of(*_names(known)))}

    def add(self, person: Person, headers: Headers) -> Person:
        """The person, with the credentials of the request's headers.

        Raises:
            NotAuthenticated: with 400, when they are not allowed or not usable.
        """
        given = [(name.decode("latin-1"), value) for name, value in headers if name.startswith(OWN_HEADERS)]
        if not given:
            return person
        if not self.are_allowed:
            raise _refused(NOT_ALLOWED)
        credentials, values = dict[str, SecretStr](), dict[str, str]()
        for name, raw in given:
            known = self._known.get(name)
            if known is None:
                raise _refused(f"This server takes no such header. It takes {', '.join(sorted(self._known))}.")
            if known.variable in credentials or known.variable in values:
                raise _refused(f"The header {name} is there twice.")
            text = _text(name, raw)
            if known.credential is None:
                if is_placeholder(text):
                    raise _refused(f"The header {name} holds a placeholder.")
                values[known.variable] = text
            else:
                credentials[known.variable] = self._credential(name, text, known)
        return self._with(person, credentials, values)

    def _credential(self, name: str, text: str, known: _Known) -> SecretStr:
        credential = known.credential
        # Before anything can fail, and be logged, because of it.
        self._secrets.sent.add([text])
        try:
            found = checked(text, f"The header {name}", is_free_text=credential is not None and credential.is_free_text)
        except SettingsError as error:
            raise _refused(str(error)) from error
        if found is None or credential is None:
            raise _refused(f"The header {name} is empty.")
        if not self._settings.sandbox:
            return found
        # A sandbox never sees a real credential.
        sandbox = credential.sandbox_value or f"sandbox-{known.platform.key}-credential"
        return SecretStr(f"{sandbox}-{hashlib.sha256(text.encode()).hexdigest()[:12]}")

    def _with(self, person: Person, credentials: dict[str, SecretStr], values: dict[str, str]) -> Person:
        """What the request brings for a platform takes the place of all that the person has of it otherwise."""
        replaced = {
            variable
            for platform in self._platforms
            if any(credential.variable in credentials for credential in platform.credentials)
            for variable in (
                *(credential.variable for credential in platform.credentials),
                *(setting.variable for setting in platform.settings if setting.is_of_credential),
            )
        }
        found = replace(
            person,
            credentials={name: v for name, v in person.credentials.items() if name not in replaced} | credentials,
            values={name: v for name, v in person.values.items() if name not in replaced} | values,
            from_headers=frozenset({*credentials, *values}),
        )
        for platform in self._platforms:
            try:
                check_own(platform, self._settings, found)
            except SettingsError as error:
                raise _refused(f"What the headers bring cannot be used: {error}") from error
        return found


def _known(platforms: Sequence[Platform]) -> list[_Known]:
    own = [_Known(p, credential.variable, credential) for p in platforms for credential in p.credentials]
    return own + [_Known(p, s.variable, None) for p in platforms for s in p.settings if s.is_personal]


def _names(known: _Known) -> tuple[Platform, str]:
    return known.platform, known.variable


def _text(name: str, raw: bytes) -> str:
    try:
        text = raw.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise _refused(f"The header {name} is not UTF-8.") from error
    if not text or len(text) > LONGEST or not text.isprintable():
        raise _refused(f"The header {name} takes a text of 1 to {LONGEST} characters on one line.")
    return text


def _refused(sentence: str) -> NotAuthenticated:
    return NotAuthenticated(sentence, status=400, headers=())
