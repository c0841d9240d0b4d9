"""One attempt of a standing order: the hand-over of one item, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.standing.orders import Order
from tools.kit.defect import Defect
from tools.kit.errors import (
    NotConfigured,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    TestdeskError,
    Unauthorized,
    Unavailable,
)
from tools.kit.hand_over import Handover, How
from tools.trackers.engine import Done, NotYet, Work, hand_over

OUTAGES: Final = (Unavailable, RateLimited, Unauthorized, NotConfigured)
"""Failures that every other item would meet too."""
HANDLED: Final = "It was marked as handled before its turn came. To have it created, mark it as not handled first."


@dataclass(frozen=True)
class Handed:
    """The item has its issue, and all that comes after the creation was done."""

    key: str
    url: str
    how: How


@dataclass(frozen=True)
class Skipped:
    """No issue is wanted for it."""

    why: str


@dataclass(frozen=True)
class Failed:
    """Something is left to do."""

    sentence: str
    kind: str
    """What kind of failure it was, in our own words only."""
    may_exist: bool
    """Whether its issue exists, or may."""
    key: str = ""
    """That of its issue, if it has one."""
    wait: float = 0.0
    """Seconds that the tracker asked to wait."""
    is_due_then: bool = False
    """Whether it is tried again right after that, without a longer wait."""
    is_outage: bool = False


async def attempt(order: Order, defect: Defect, *, is_handled: bool) -> Handed | Skipped | Failed:
    """Hand a defect over, unless a person has handled its event and no attempt was made before."""
    work = order.work(defect)
    place, marker = order.api.setup.place, defect.marker
    if is_handled and await order.handovers.look(place, marker) is None:
        return Skipped(HANDLED)
    try:
        done = await hand_over(work)
    except TestdeskError as error:
        known = await order.handovers.look(place, marker)
        return failed(error, may_exist=known is not None, key=known.key if known is not None else "")
    left = undone(work, await order.handovers.look(place, marker))
    if left:
        sentence = f"The issue {done.issue.key} exists. {' '.join(done.notes)}"
        return Failed(sentence, f"{', '.join(left)} failed", may_exist=True, key=done.issue.key)
    return Handed(done.issue.key, done.issue.url, how_of(done))


def how_of(done: Done) -> How:
    """How it got its issue, from this attempt's view: one that an earlier call created was found."""
    return "created" if done.is_new else "linked" if done.how == "linked" else "found"


def failed(error: TestdeskError, *, may_exist: bool, key: str = "") -> Failed:
    """A failure, and when to try again."""
    if isinstance(error, NotYet):
        return Failed(str(error), "not yet", may_exist=True, wait=error.wait, is_due_then=True)
    wait = error.wait if isinstance(error, PlatformError) else None
    status = error.status if isinstance(error, PlatformError) else None
    return Failed(
        str(error),
        " ".join(filter(None, (type(error).__name__, str(status or "")))),
        may_exist=may_exist or isinstance(error, OutcomeUnknown),
        key=key,
        wait=wait or 0.0,
        is_outage=isinstance(error, OUTAGES),
    )


def undone(work: Work, known: Handover | None) -> Sequence[str]:
    """What should follow the creation and is not on record; an issue that was not created here keeps its files."""
    steps, tracker = known.steps if known is not None else (), work.setup.tracker
    wanted = list[str]()
    if known is not None and known.how == "created":
        wanted += ["finished"] if tracker.finish is not None else []
        wanted += [f"file:{number}" for number in work.drafted.uploaded] if work.load is not None else []
    wanted += ["exported"] if work.mark is not None else []
    words = {"finished": "completing it", "exported": "the mark as exported"}
    return list(dict.fromkeys(words.get(step, "uploading its files") for step in wanted if step not in steps))
