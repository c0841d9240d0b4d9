"""Switches: which source a fake API follows where sources disagree, changed by a control while it runs."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Protocol, TypeVar

from tools.kit.sandbox.routes import Respond


class Switches(Protocol):
    """A frozen dataclass of booleans and integers."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


S = TypeVar("S", bound=Switches)


def switch_values(switches: Switches) -> dict[str, bool | int]:
    """The value of every switch, by its name."""
    return {name: getattr(switches, name) for name in sorted(switches.__dataclass_fields__)}


def with_changes(switches: S, sent: Mapping[str, object], refuse: Callable[[str], Respond]) -> S:
    """The switches with the values that were sent; each keeps its type, and no number is negative.

    Raises:
        Respond: made by `refuse` from the reason, when anything else was sent.
    """
    now = switch_values(switches)
    for name, value in sent.items():
        if name not in now or type(value) is not type(now[name]) or (isinstance(value, int) and value < 0):
            only_booleans = all(isinstance(current, bool) for current in now.values())
            kinds = "true or false" if only_booleans else "true or false (a number where the value is one)"
            raise refuse(f"send {kinds} for any of {', '.join(now)}")
    return replace(switches, **sent)
