"""Names that an installation has or does not have: containers, severities, types, labels."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from tools.kit.errors import NotFound, Refused
from tools.kit.text import quote
from tools.trackers.client import TrackerClient
from tools.trackers.tracker import Draft, Setup, text_of

MOST: int = 30
"""Names that a refusal lists."""


def listed(names: Sequence[str]) -> str:
    """Names for a sentence."""
    rest = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return ", ".join(quote(one, at_most=80) for one in names[:MOST]) + rest


def no_such(what: str, name: str, names: Sequence[str], setup: Setup) -> Refused:
    """The refusal of a name that the tracker does not have, with those that it has."""
    where = quote(setup.container or setup.name, at_most=100)
    return Refused(
        f"{what} {quote(name, at_most=80)} does not exist in {where}; there is {listed(names)}."
        if names
        else f"{what} {quote(name, at_most=80)} does not exist in {where}, which has none."
    )


def same(name: str, names: Iterable[str]) -> str:
    """The name as the tracker writes it; empty if it is none of the names."""
    return next((one for one in names if one.casefold() == name.casefold()), "")


def severity_in(draft: Draft, setup: Setup, names: Sequence[str]) -> str:
    """The severity as the tracker writes it; empty where it has no such name and the operator did not choose it.

    Raises:
        Refused: when the operator's own mapping names what does not exist.
    """
    found = same(draft.severity, names)
    if not found and draft.severity and draft.severity in setup.severities.values():
        raise no_such("Severity", draft.severity, names, setup)
    return found


def severity_among(draft: Draft, setup: Setup, names: Sequence[str], what: str) -> str:
    """As `severity_in`, for a field that decides who looks when: only what is normal is left out without a word.

    Raises:
        Refused: with the names there are; no field of this kind is no reason.
    """
    found = severity_in(draft, setup, names)
    if not found and draft.severity and names and draft.level != "normal":
        raise no_such(what, draft.severity, names, setup)
    return found


def chosen(rows: Sequence[Mapping[str, Any]], setup: Setup, option: str) -> Mapping[str, Any]:
    """The row that an option names, by its id or its name.

    Raises:
        Refused: with the names there are.
    """
    for key in ("id", "name"):
        for row in rows:
            if text_of(row.get(key)).casefold() == setup[option].casefold():
                return row
    raise no_such(option, setup[option], [text_of(row.get("name")) for row in rows], setup)


async def not_there(api: TrackerClient, option: str) -> Refused:
    """The refusal of a container that the tracker does not have, with those that it has."""
    choices = await api.setup.tracker.choices.function(api)
    names = [choice.value for choice in choices if choice.option == option]
    return Refused(
        f"{option} {quote(api.setup[option])} does not exist, or the credential may not see it; there is "
        f"{listed(names) or 'none'}. It is an option of [trackers.{api.setup.name}]."
    )


@asynccontextmanager
async def in_container(api: TrackerClient, option: str) -> AsyncIterator[None]:
    """Around a read of the container alone: one that is not there is refused, with those that the tracker has."""
    try:
        yield
    except NotFound:
        raise await not_there(api, option) from None
