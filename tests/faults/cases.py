"""The cases: each fault at the typical calls, and the typical faults at every call."""

from typing import Final

from tests.faults.calls import CALLS, Call
from tests.faults.kinds import GROUPS, KINDS, TYPICAL, Kind

FAST: Final = 40
"""Cases of the short form."""


def applies(kind: Kind, call: Call) -> bool:
    """Whether a fault is tried at a call."""
    if not (call.is_typical or kind.name in TYPICAL):
        return False
    if kind.only == "document":
        return not call.is_picture and call.breaks != "upload"
    return kind.only in {"", call.breaks}


CASES: Final = [(kind, call) for kind in KINDS for call in CALLS if applies(kind, call)]


def short_form() -> list[tuple[Kind, Call]]:
    """As many cases as the short form has, of all groups and calls, without those that take long."""
    quick = [case for case in CASES if not case[0].stalls and not case[0].is_heavy]
    return [quick[number * len(quick) // FAST] for number in range(FAST)]


def counts() -> dict[str, tuple[int, int]]:
    """By group of faults: how many faults, and how many cases."""
    return {name: (len(kinds), sum(kind in kinds for kind, _ in CASES)) for name, kinds in GROUPS.items()}
