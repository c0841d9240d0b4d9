"""Names that an installation has or does not have: severities, types, labels."""

from collections.abc import Iterable, Sequence

from tools.kit.errors import Refused
from tools.kit.text import quote
from tools.trackers.tracker import Draft, Setup

MOST: int = 30
"""Names that a refusal lists."""


def no_such(what: str, name: str, names: Sequence[str], setup: Setup) -> Refused:
    """The refusal of a name that the tracker does not have, with those that it has."""
    listed = ", ".join(quote(one, at_most=80) for one in names[:MOST])
    rest = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    where = quote(setup.container, at_most=100)
    return Refused(
        f"{what} {quote(name, at_most=80)} does not exist in {where}; there is {listed}{rest}."
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
