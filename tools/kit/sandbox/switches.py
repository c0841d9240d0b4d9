"""Switches: which source an imitation follows where sources disagree, turned by a control while it runs."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Protocol, TypeVar

from tools.kit.sandbox.routes import Answered


class Switches(Protocol):
    """A frozen dataclass of truths and numbers."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


S = TypeVar("S", bound=Switches)


def shown(switches: Switches) -> dict[str, bool | int]:
    """How every switch stands, by its name."""
    return {name: getattr(switches, name) for name in sorted(switches.__dataclass_fields__)}


def turned(switches: S, sent: Mapping[str, object], refuse: Callable[[str], Answered]) -> S:
    """The switches with those that were sent; each keeps its type, and no number is negative.

    Raises:
        Answered: what `refuse` makes of the reason, when anything else was sent.
    """
    now = shown(switches)
    for name, value in sent.items():
        if name not in now or type(value) is not type(now[name]) or (isinstance(value, int) and value < 0):
            only_truths = all(isinstance(one, bool) for one in now.values())
            kinds = "true or false" if only_truths else "true or false, or a number where one stands,"
            raise refuse(f"send {kinds} for any of {', '.join(now)}")
    return replace(switches, **sent)
