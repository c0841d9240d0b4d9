"""Names for what the platform knows by ids only: priorities, types, statuses, users, labels."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, Field

from tools.kit.errors import Refused
from tools.kit.text import quote
from tools.testsigma.client.memory import Kept
from tools.testsigma.client.settings import LookupKind
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.client.variables import USER
from tools.testsigma.models.settings import Label, Lookup, User
from tools.testsigma.tools.identity import is_uuid

M = TypeVar("M", bound=BaseModel)

Word = Annotated[str, Field(min_length=1, max_length=120)]
Listed = Annotated[Word, Field(description="A name from testsigma_list_lookups.")]
UserRef = Annotated[
    str, Field(min_length=1, max_length=200, description="E-mail or full name, from testsigma_list_users.")
]
LabelNames = Annotated[list[Word] | None, Field(max_length=50, description="Names from testsigma_list_labels.")]

_WORDS: Final[Mapping[LookupKind, tuple[str, str]]] = {
    "priority": ("priority", "priorities"),
    "type": ("type", "types"),
    "status": ("status of a test case", "statuses"),
    "automation": ("automation type", "automation types"),
    "result_status": ("result status", "result statuses"),
}
_MOST_NAMED: Final = 40


def bare(word: str | None) -> str:
    """A word without what may differ between two spellings of it: capitals, spaces, dashes."""
    return "".join(character for character in (word or "").casefold() if character.isalnum())


async def _one(
    read: Callable[..., Awaitable[Kept[M]]],
    word: str,
    names_of: Callable[[M], Sequence[str | None]],
    about: str,
    several: str,
    lister: str,
) -> M:
    """The row that a word means, or that has it for an id; looks again before it says that there is none.

    Raises:
        Refused: with the valid words, or with all that the word can mean.
    """
    kept = await read()
    for anew in (False, True):
        kept = await read(anew=True) if anew else kept
        found = _meant(kept.rows, word, names_of)
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(f"{quote(names_of(row)[-1] or '')} {names_of(row)[0]}" for row in found[:10])
            raise Refused(f"{word[:80]!r} can mean several {several}: {ids}. Give the UUID instead.")
    valid = ", ".join(quote(names_of(row)[-1] or "", at_most=80) for row in kept.rows[:_MOST_NAMED])
    more = "" if len(kept.rows) <= _MOST_NAMED and kept.coverage.complete else f" and more: {lister} shows them"
    raise Refused(f"{word[:80]!r} is no {about}. Valid: {valid or 'none'}{more}.")


def _meant(rows: Sequence[M], word: str, names_of: Callable[[M], Sequence[str | None]]) -> list[M]:
    """The rows a word means: written exactly so, or else but for capitals and spaces."""
    folded, plain = word.strip().casefold(), bare(word)
    exact = [row for row in rows if folded in {(name or "").casefold() for name in names_of(row)}]
    return exact or [row for row in rows if plain and plain in {bare(name) for name in names_of(row)}]


async def lookup(api: Testsigma, kind: LookupKind, word: str) -> Lookup:
    """The row of a lookup that a name means."""

    async def read(anew: bool = False) -> Kept[Lookup]:
        return await api.lookups(kind, anew=anew)

    about, several = _WORDS[kind]
    return await _one(read, word, lambda row: (row.id, row.alias, row.name), about, several, "testsigma_list_lookups")


async def lookup_names(api: Testsigma, kind: LookupKind) -> dict[str, str]:
    """The names of a lookup's rows by their ids."""
    return {row.id: row.name or "" for row in (await api.lookups(kind)).rows}


async def user(api: Testsigma, word: str) -> User:
    """The user that an e-mail address or a full name means."""
    kept = await api.users()
    if is_uuid(word) and not kept.coverage.complete and word.lower() not in {one.id for one in kept.rows}:
        return User(id=word.lower())  # the list may end before it
    about, lister = "user", "testsigma_list_users"
    return await _one(api.users, word, lambda one: (one.id, one.full_name, one.email), about, "users", lister)


async def user_or_setting(api: Testsigma, word: str | None) -> User:
    """The user who was named, or who an operator's setting names; nobody else is ever taken.

    Raises:
        Refused: when neither names anybody.
    """
    if word:
        return await user(api, word)
    if named := api.account.settings.get(USER):
        try:
            return await user(api, named)
        except Refused as error:
            raise Refused(f"{USER} names no user of this workspace. {error.sentence}") from error
    raise Refused(
        f"Say whose work this is: user takes an e-mail address or full name. {USER} can name one for good. "
        "testsigma_list_users shows them."
    )


async def user_names(api: Testsigma) -> dict[str, str]:
    """How users are called, by their ids."""
    return {one.id: one.called for one in (await api.users()).rows}


async def label(api: Testsigma, word: str) -> Label:
    """The label of a name."""
    return await _one(api.labels, word, lambda one: (one.id, one.name), "label", "labels", "testsigma_list_labels")


async def labels(api: Testsigma, words: Sequence[str]) -> list[Label]:
    """The labels of some names, each once."""
    found = [await label(api, word) for word in words]
    return list({one.id: one for one in found}.values())
