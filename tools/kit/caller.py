"""The caller of the current request, for clients that keep state per caller."""

from contextvars import ContextVar
from typing import Final

ONLY: Final = "the only client"
"""The one caller on standard input, or in the process itself."""

current: ContextVar[str | None] = ContextVar("caller", default=ONLY)
"""The same for all calls of one caller; None where two calls cannot be attributed to the same caller."""

person: ContextVar[str | None] = ContextVar("person", default=None)
"""Whom the current call is for, where several people are identified; whatever client of theirs it comes from."""

PERSON: Final = "person "


def whose() -> str | None:
    """Whose calls count as one: a person's, else a caller's; None where that cannot be known."""
    known = person.get()
    return current.get() if known is None else f"{PERSON}{known}"
