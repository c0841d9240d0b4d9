"""Events that a platform pushes: how a platform declares them, and the inbox its tools read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel


@dataclass(frozen=True)
class Webhook:
    """A kind of event: its document, what it is about, and what makes it the same event again."""

    kind: str
    document: type[BaseModel]
    item: Callable[[Any], str]
    """Takes the parsed document and answers the id of what it is about."""
    key: Callable[[Any], str]
    """Takes the parsed document; a delivery with the key of an earlier one is the same event sent again."""


@dataclass(frozen=True)
class Event:
    """An event as it is kept."""

    number: int
    kind: str
    item: str
    received_at: datetime
    times: int
    """How often it was delivered."""
    handled_at: datetime | None
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Counts:
    """How an inbox stands."""

    waiting: int
    handled: int
    refused: Mapping[str, int]


class Inbox(Protocol):
    """One platform's part of the inbox; a tool or page that has a parameter of this type is given it."""

    async def events(self, *, handled: bool | None, limit: int, before: int | None) -> list[Event]:
        """The newest event of each item, newest first, from behind event number `before`."""

    async def newest(self, item: str) -> Event | None:
        """The newest event about an item."""

    async def mark(self, items: Sequence[str], *, handled: bool) -> list[str]:
        """Mark all events about the items; answers those that were there."""

    async def counts(self) -> Counts:
        """How many wait, are handled, and were refused."""

    async def public_host(self) -> str:
        """The host by which senders reach it.

        Raises:
            Refused: when nobody said at what public address the inbox is reached.
        """

    async def new_address(self, name: str) -> str:
        """Make an address nobody can guess, for one sender.

        Raises:
            Refused: as `public_host` does.
        """

    async def forget_address(self, address: str) -> bool:
        """Let an address lead nowhere any more."""
