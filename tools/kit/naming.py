"""Parameters that take an id or a name: the name is looked up among what exists."""

import difflib
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin

from pydantic import Field, PlainValidator, WithJsonSchema
from pydantic.fields import FieldInfo

from tools.kit.errors import Refused
from tools.kit.text import clean, quote

LONGEST_NAME: Final = 250
MOST_NAMED: Final = 20
"""Choices that an error lists; it also names the tool that lists them all."""


class Choice(NamedTuple):
    """Something with an id and a name; `where` distinguishes two with the same name."""

    id: int | str
    name: str | None
    where: str = ""


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 18


def normalized(word: str | None) -> str:
    """A name without case, spaces, dashes and invisible characters."""
    return "".join(character for character in clean(word or "").casefold() if character.isalnum())


def matching(word: str, choices: Sequence[Choice], *, parts: bool = True) -> list[Choice]:
    """The choices that match a word: by id or exact name, else by normalized name, else by its words."""
    folded, plain = clean(word).strip().casefold(), normalized(word)
    names = [(choice, clean(choice.name or "").strip().casefold()) for choice in choices]
    found = [choice for choice, name in names if folded in {str(choice.id).casefold(), name}]
    if not found and plain:
        found = [choice for choice, name in names if normalized(name) == plain]
        if not found and parts:
            found = [choice for choice, name in names if all(part in name for part in folded.split())]
    return list({choice.id: choice for choice in found}.values())


def _choice(choice: Choice) -> str:
    where = f" ({quote(choice.where, at_most=80)})" if choice.where else ""
    return f"{choice.id} {quote(choice.name or '', at_most=80)}{where}"


def choices_text(choices: Sequence[Choice], shows: str = "") -> str:
    """List choices for an error."""
    named = ", ".join(map(_choice, choices[:MOST_NAMED]))
    rest = len(choices) - MOST_NAMED
    return f"{named or 'none'}{f' and {rest} more' if rest > 0 else ''}{f'; {shows} lists them' if shows else ''}"


def pick(word: str, choices: Sequence[Choice], *, what: str, shows: str, parts: bool = True) -> Choice:
    """The one choice that a word names.

    Raises:
        Refused: with the available choices, where the word matches none or several.
    """
    found = matching(word, choices, parts=parts)
    if len(found) == 1:
        return found[0]
    asked = repr(clean(word)[:80])
    if found:
        raise Refused(f"{asked} matches more than one {what}: {choices_text(found)}. Give the id.")
    near = matching(word, choices) or choices
    plain = normalized(word)
    near = sorted(near, key=lambda choice: -difflib.SequenceMatcher(None, plain, normalized(choice.name)).ratio())
    exact = "" if parts else "whole "
    raise Refused(f"No {what} has the {exact}name or id {asked}. There are: {choices_text(near, shows)}.")


@dataclass(frozen=True)
class ByName:
    """Marks a parameter for an id (or a list of ids): it is published as id or name, and functions get the id.

    `choices(api, given)` reads what there is; `given` holds the call's other arguments, those declared before this one
    already as ids. Reads also match part of a name; acts take whole names only.
    """

    what: str
    choices: Callable[[Any, Mapping[str, Any]], Awaitable[Sequence[Choice]]]
    shows: str
    """Full name of the tool that lists them."""
    is_id: Callable[[str], bool] = _is_number
    """Whether a text is already an id, so that no lookup is needed."""

    async def resolve(self, api: Any, value: Any, given: Mapping[str, Any], *, parts: bool) -> Any:
        """The id for an id or a name; a list of them for a list."""
        several = _apart(value) if isinstance(value, list) else [value]
        choices: Sequence[Choice] = ()
        if any(isinstance(entry, str) and not self.is_id(entry) for entry in several):
            choices = await self.choices(api, given)
        ids = [self.among(entry, choices, parts=parts) for entry in several]
        return list(dict.fromkeys(ids)) if isinstance(value, list) else ids[0]

    def among(self, value: Any, choices: Sequence[Choice], *, parts: bool) -> Any:
        """The id for an id or a name, among choices that were already read."""
        if not isinstance(value, str):
            return value
        if self.is_id(value):
            return int(value) if self.is_id is _is_number else value
        return pick(value, choices, what=self.what, shows=self.shows, parts=parts).id


def _apart(values: Sequence[Any]) -> list[Any]:
    """Split ids that came as one text, such as 71,72; a name keeps its commas."""
    apart: list[Any] = []
    for value in values:
        ids = [part.strip() for part in value.split(",")] if isinstance(value, str) else []
        apart += ids if len(ids) > 1 and all(map(_is_number, ids)) else [value]
    return apart


def _id_or_name(value: Any) -> int | str:
    if isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_NAME:
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if isinstance(value, float) and value.is_integer() and value > 0:
        return int(value)
    raise ValueError(f"give an id (a number above 0) or a name of at most {LONGEST_NAME} characters")


IdOrName = Annotated[
    int | str,
    PlainValidator(_id_or_name),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}]}),
]


def by_name_marker(annotation: Any) -> ByName | None:
    """The ByName marker of an annotation, if it has one."""
    return next((extra for extra in getattr(annotation, "__metadata__", ()) if isinstance(extra, ByName)), None)


def published_type(annotation: Any) -> Any:
    """The published type: a marked integer parameter also takes a name."""
    if by_name_marker(annotation) is None:
        return annotation
    inside, *extras = get_args(annotation)
    if (
        _wider(inside) == inside
        or get_origin(inside) is list
        or any(get_origin(arm) is list for arm in get_args(inside))
    ):
        remaining = [extra for extra in extras if not isinstance(extra, ByName)]
    else:  # constraints for a number do not apply to a name
        info = next((extra for extra in extras if isinstance(extra, FieldInfo)), None)
        remaining = [Field(description=info.description)] if info is not None and info.description else []
    wider = _wider(inside)
    return Annotated[(wider, *remaining)] if remaining else wider


def _wider(annotation: Any) -> Any:
    origin = get_origin(annotation)
    if annotation is int or (origin is Annotated and get_args(annotation)[0] is int):
        return IdOrName
    if origin in {Union, UnionType}:
        return Union[tuple(_wider(arm) for arm in get_args(annotation))]  # noqa: UP007 - built at run time
    if origin is list:
        return list[_wider(get_args(annotation)[0])]  # type: ignore[misc]  # the same
    return annotation


@lru_cache(maxsize=1024)
def _marked(function: Callable[..., Any]) -> tuple[tuple[str, ByName], ...]:
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    return tuple((p.name, mark) for p in parameters if (mark := by_name_marker(p.annotation)) is not None)


async def with_ids(function: Callable[..., Any], api: Any, given: Mapping[str, Any], *, parts: bool) -> dict[str, Any]:
    """The arguments of a tool with an id in place of each name.

    Raises:
        Refused: where a name matches none or several.
    """
    resolved = dict(given)
    for name, mark in _marked(function):
        if resolved.get(name) is not None:
            resolved[name] = await mark.resolve(api, resolved[name], resolved, parts=parts)
    return resolved
