"""The sections `[people.NAME]`: whoever shares the server, with rights, keys, and credentials of their own."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from server.credentials import SettingsError
from server.team.keys import DIGEST, Key
from server.team.rights import RIGHTS, Right
from tools.kit.platform import Platform

if TYPE_CHECKING:
    from server.config_file import Reader

WHAT: Final = "file of people"
OWN: Final = ("rights", "keys", "subject", "issuer")
"""The keys that every section can have."""
OF_A_KEY: Final = ("digest", "expires")
NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
HOW: Final = ("file", "variable")


@dataclass(frozen=True)
class PersonSection:
    """A person, as a file says; holds no secret itself."""

    name: str
    path: str
    """The file."""
    rights: frozenset[Right]
    keys: tuple[Key, ...] = ()
    subject: str = ""
    """What the identity provider calls the person; empty: it does not know them."""
    issuer: str = ""
    """Which identity provider; empty: the one that the server has."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Files that hold credentials, by the credential's variable."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Variables that hold credentials, by the credential's own variable."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Settings, by their variables."""


def read_people(path: str, platforms: Sequence[Platform], *, only_people: bool) -> tuple[PersonSection, ...]:
    """The people of a file, which may have other sections unless it is about people only.

    Raises:
        SettingsError: with the place and a sentence, which shows no value.
    """
    from server.config_file import read_document

    text, data = read_document(path, WHAT if only_people else "configuration file")
    return _people(path, text, data, platforms, only_people=only_people)


def read_text(path: str, text: str, platforms: Sequence[Platform]) -> tuple[PersonSection, ...]:
    """The people of a file about people only, as it would be with this text.

    Raises:
        SettingsError: as `read_people` does.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} would be no valid TOML.") from error
    return _people(path, text, data, platforms, only_people=True)


def _people(
    path: str, text: str, data: Mapping[str, Any], platforms: Sequence[Platform], *, only_people: bool
) -> tuple[PersonSection, ...]:
    from server.config_file import Reader

    reader = Reader(path, text, platforms)
    for name in data if only_people else ():
        if name != "people":
            raise reader.unknown("", name, ["people"])
    return read_sections(reader, reader.table("people", data.get("people", {})), platforms)


def read_sections(
    reader: "Reader", data: Mapping[str, Any], platforms: Sequence[Platform]
) -> tuple[PersonSection, ...]:
    """The sections below `[people]`.

    Raises:
        SettingsError: with the place and a sentence, which shows no value.
    """
    return tuple(_sections(reader, data, platforms))


def joined(*files: Sequence[PersonSection]) -> tuple[PersonSection, ...]:
    """The people of several files.

    Raises:
        SettingsError: somebody has two sections, or two people have the same key or subject.
    """
    found: dict[str, PersonSection] = {}
    holders: dict[str, str] = {}
    for section in (one for file in files for one in file):
        if (other := found.setdefault(section.name, section)) is not section:
            raise SettingsError(f"[people.{section.name}] is in {other.path} and in {section.path}; one file has it.")
        proofs = [f"the digest of the key {key.name}|{key.digest}" for key in section.keys]
        proofs += [f"the subject|{section.subject}"] if section.subject else []
        for what, _, proof in (proof.partition("|") for proof in proofs):
            if (holder := holders.setdefault(proof, section.name)) != section.name:
                raise SettingsError(
                    f"{section.path}, [people.{section.name}]: {what} is that of [people.{holder}] too."
                )
    return tuple(found.values())


def _sections(reader: "Reader", data: Mapping[str, Any], platforms: Sequence[Platform]) -> Iterator[PersonSection]:
    for name, value in data.items():
        if not NAME.fullmatch(name):
            raise reader.error(
                "people",
                name,
                "cannot be a person's name, which begins with a small letter and has small letters, digits, - and _.",
            )
        yield _section(reader, name, reader.table(f"people.{name}", value), platforms)


def _section(reader: "Reader", name: str, data: Mapping[str, Any], platforms: Sequence[Platform]) -> PersonSection:
    section = f"people.{name}"
    secrets = {c.variable.lower(): c.variable for p in platforms for c in p.credentials}
    settings = {s.variable.lower(): s.variable for p in platforms for s in p.settings if s.is_personal}
    sources = {f"{key}_{how}": (variable, how) for key, variable in secrets.items() for how in HOW}
    operators = {s.variable.lower() for p in platforms for s in (p.address, *p.settings)} - settings.keys()
    files, variables, values = dict[str, str](), dict[str, str](), dict[str, str]()
    for key, value in data.items():
        if key in OWN:
            continue
        if key in operators:
            raise reader.error(section, key, "is the operator's alone; a person cannot have their own.")
        if key in secrets:
            raise reader.literal(section, key)
        if key not in sources and key not in settings:
            raise reader.unknown(section, key, [*OWN, *sources, *settings])
        text = reader.text(section, key, value)
        if key in settings:
            values[settings[key]] = text
            continue
        variable, how = sources[key]
        if how == "file":
            files[variable] = reader.file(text)
        elif re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
            variables[variable] = text
        else:
            raise reader.error(section, key, "takes the name of an environment variable, such as ANNAS_TOKEN.")
    for twice in files.keys() & variables.keys():
        raise reader.error(section, "", f"has two sources of {twice}; give a file or a variable.")
    return PersonSection(
        name=name,
        path=reader.path,
        rights=_rights(reader, section, data.get("rights", ["read"])),
        keys=tuple(_keys(reader, f"{section}.keys", reader.table(f"{section}.keys", data.get("keys", {})))),
        subject=reader.text(section, "subject", data["subject"]) if "subject" in data else "",
        issuer=reader.text(section, "issuer", data["issuer"]) if "issuer" in data else "",
        files=files,
        variables=variables,
        values=values,
    )


def _rights(reader: "Reader", section: str, value: Any) -> frozenset[Right]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one in RIGHTS for one in value):
        raise reader.error(section, "rights", f"takes a list of {', '.join(RIGHTS)}.")
    return frozenset(value)


def _keys(reader: "Reader", section: str, data: Mapping[str, Any]) -> Iterator[Key]:
    for name, value in data.items():
        if not NAME.fullmatch(name):
            raise reader.error(section, name, "cannot be a key's name, which has small letters, digits, - and _.")
        place = f"{section}.{name}"
        key = reader.table(place, value)
        for word in key:
            if word not in OF_A_KEY:
                raise reader.error(place, word, f"is not known. Known are {', '.join(OF_A_KEY)}.")
        digest, expires = key.get("digest", ""), key.get("expires")
        if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
            raise reader.error(place, "digest", "takes sha256: and 64 digits, as `testdesk key new` prints it.")
        if expires is not None and (not isinstance(expires, date) or isinstance(expires, datetime)):
            raise reader.error(place, "expires", "takes a date without quotation marks, such as 2027-01-31.")
        yield Key(name, digest, expires)
