"""What is known of defects that were handed over to trackers; the server stores it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

State = Literal["intended", "unknown", "created"]
How = Literal["created", "found", "linked"]


@dataclass(frozen=True)
class Handover:
    """The state of one defect in one place of a tracker."""

    place: str
    """The tracker's address and container."""
    marker: str
    state: State
    at: float
    """When a create may have been sent last, in seconds since 1970."""
    attempts: int = 1
    is_running: bool = False
    """Whether the process that intended it may still be at it."""
    id: str = ""
    key: str = ""
    url: str = ""
    how: How | None = None
    steps: Sequence[str] = ()
    """What was done after the creation: `file:0`, `exported`."""


class Handovers(Protocol):
    """Every method is durable when it returns."""

    async def look(self, place: str, marker: str) -> Handover | None:
        """What is known of a defect in a place."""

    async def claim(self, place: str, marker: str, about: Mapping[str, Any]) -> Handover | None:
        """Record that an issue is about to be created; it is the caller's then, and None is returned.

        Returns what stands in the way otherwise: an issue that was created, or an attempt that is under way. An attempt
        that ended without an outcome is taken over, in one transaction: it is returned with the state `unknown`, and
        the caller looks it up in the tracker before anything is sent. `about` goes into the ledger.
        """

    async def created(  # an issue's id, as trackers call it
        self,
        place: str,
        marker: str,
        *,
        id: str,  # noqa: A002
        key: str,
        url: str,
        how: How,
    ) -> None:
        """Record the issue."""

    async def unknown(self, place: str, marker: str, why: str, *, sent: bool = True) -> None:
        """Record that a create was sent and its outcome is not known.

        `sent=False` is for an attempt that took another one over and has sent nothing itself: `at` stays that of the
        attempt before, or each look would begin the wait for a lagging search anew.
        """

    async def withdrawn(self, place: str, marker: str, why: str) -> None:
        """Record that nothing was created, so that the next attempt is a first one."""

    async def stepped(self, place: str, marker: str, step: str) -> None:
        """Record what was done after the creation."""

    async def forget(self, place: str, marker: str, why: str) -> None:
        """Take an issue off the record that no longer exists, so that the next attempt is a first one."""
