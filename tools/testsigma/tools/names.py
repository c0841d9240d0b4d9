"""Resolving names to the rows that the platform knows by id: priorities, types, statuses, users, labels."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, Field

from tools.kit.errors import Refused
from tools.kit.text import quote
from tools.testsigma.client.cache import CachedList
from tools.testsigma.client.settings import LookupKind
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.client.variables import USER
from tools.testsigma.models.settings import Label, Lookup, User
from tools.testsigma.tools.identity import is_uuid

M = TypeVar("M", bound=BaseModel)

Name = Annotated[str, Field(min_length=1, max_length=120)]
LookupName = Annotated[Name, Field(description="From testsigma_list_lookups.")]
UserRef = Annotated[str, Field(min_length=1, max_length=200, description="E-mail or full name.")]
LabelNames = Annotated[list[Name] | None, Field(max_length=50, description="From testsigma_list_labels.")]

_NOUNS: Final[Mapping[LookupKind, tuple[str, str]]] = {
    "priority": ("priority", "priorities"),
    "type": ("type", "types"),
    "status": ("status of a test case", "statuses"),
    "automation": ("automation type", "automation types"),
    "result_status": ("result status", "result statuses"),
}
_MOST_NAMED: Final = 40


def normalized(word: str | None) -> str:
    """A word in lower case, without spaces and punctuation, to compare spellings."""
    return "".join(character for character in (word or "").casefold() if character.isalnum())


async def _resolve(
    read: Callable[..., Awaitable[CachedList[M]]],
    word: str,
    names_of: Callable[[M], Sequence[str | None]],
    about: str,
    several: str,
    lister: str,
) -> M:
    """The row with this name or id; reads the list again before it refuses.

    Raises:
        Refused: with the valid names, or with all rows that match.
    """
    listed = await read()
    for fresh in (False, True):
        listed = await read(fresh=True) if fresh else listed
        matches = _matches(listed.rows, word, names_of)
        if len(matches) == 1:
            return matches[0]
        if matches:
            ids = ", ".join(f"{quote(names_of(row)[-1] or '')} {names_of(row)[0]}" for row in matches[:10])
            raise Refused(f"{word[:80]!r} can mean several {several}: {ids}. Give the UUID instead.")
    valid = ", ".join(quote(names_of(row)[-1] or "", at_most=80) for row in listed.rows[:_MOST_NAMED])
    more = "" if len(listed.rows) <= _MOST_NAMED and listed.coverage.complete else f" and more: {lister} shows them"
    raise Refused(f"{word[:80]!r} is no {about}. Valid: {valid or 'none'}{more}.")


def _matches(rows: Sequence[M], word: str, names_of: Callable[[M], Sequence[str | None]]) -> list[M]:
    """The rows with exactly this name, or else those whose normalized names are equal."""
    folded, plain = word.strip().casefold(), normalized(word)
    exact = [row for row in rows if folded in {(name or "").casefold() for name in names_of(row)}]
    return exact or [row for row in rows if plain and plain in {normalized(name) for name in names_of(row)}]


async def find_lookup(api: Testsigma, kind: LookupKind, word: str) -> Lookup:
    """The row of a lookup with this name."""

    async def read(fresh: bool = False) -> CachedList[Lookup]:
        return await api.lookups(kind, fresh=fresh)

    about, several = _NOUNS[kind]
    return await _resolve(
        read, word, lambda row: (row.id, row.alias, row.name), about, several, "testsigma_list_lookups"
    )


async def lookup_ids(api: Testsigma, words: Mapping[LookupKind, str | None]) -> dict[str, str]:
    """The ids of the given names, under the API's names for the fields of a test case."""
    return {
        "automation_type_id" if kind == "automation" else f"{kind}_id": (await find_lookup(api, kind, word)).id
        for kind, word in words.items()
        if word is not None
    }


async def lookup_names(api: Testsigma, kind: LookupKind) -> dict[str, str]:
    """The names of a lookup's rows by id."""
    return {row.id: row.name or "" for row in (await api.lookups(kind)).rows}


async def find_user(api: Testsigma, word: str) -> User:
    """The user with this e-mail address or full name."""
    listed = await api.users()
    if is_uuid(word) and not listed.coverage.complete and word.lower() not in {one.id for one in listed.rows}:
        return User(id=word.lower())  # the part of the list that was not read may have it
    about, lister = "user", "testsigma_list_users"
    return await _resolve(api.users, word, lambda one: (one.id, one.full_name, one.email), about, "users", lister)


async def find_user_or_default(api: Testsigma, word: str | None) -> User:
    """The user who is named, or the one in the operator's setting.

    Raises:
        Refused: when neither names a user; results are never recorded in an arbitrary name.
    """
    if word:
        return await find_user(api, word)
    if named := api.account.settings.get(USER):
        try:
            return await find_user(api, named)
        except Refused as error:
            raise Refused(f"{USER} names no user of this workspace. {error.sentence}") from error
    raise Refused(
        f"Say whose results these are: user takes an e-mail address or full name, and {USER} sets a default. "
        "testsigma_list_users shows them."
    )


async def user_names(api: Testsigma) -> dict[str, str]:
    """The names of users by id."""
    return {one.id: one.display_name for one in (await api.users()).rows}


async def find_label(api: Testsigma, word: str) -> Label:
    """The label with this name."""
    return await _resolve(api.labels, word, lambda one: (one.id, one.name), "label", "labels", "testsigma_list_labels")


async def find_labels(api: Testsigma, words: Sequence[str]) -> list[Label]:
    """The labels with these names, each once."""
    found = [await find_label(api, word) for word in words]
    return list({one.id: one for one in found}.values())
