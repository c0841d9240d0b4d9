"""Events that a platform pushes: how a platform declares them, and the inbox its tools read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel


@dataclass(frozen=True)
class Webhook:
    """A kind of event: its document, its subject, and its deduplication key."""

    kind: str
    document: type[BaseModel]
    item: Callable[[Any], str]
    """Returns the id of what the parsed document is about."""
    key: Callable[[Any], str]
    """Returns the key of the parsed document; a delivery with a known key is the same event sent again."""


@dataclass(frozen=True)
class Event:
    """A stored event."""

    number: int
    kind: str
    item: str
    received_at: datetime
    times: int
    """Number of deliveries."""
    handled_at: datetime | None
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Counts:
    """The counts of an inbox."""

    waiting: int
    handled: int
    refused: Mapping[str, int]


class Inbox(Protocol):
    """One platform's part of the inbox; the server injects it into a parameter of this type."""

    async def events(self, *, handled: bool | None, limit: int, before: int | None) -> list[Event]:
        """The newest event of each item, newest first, before event number `before`."""

    async def newest(self, item: str) -> Event | None:
        """The newest event about an item."""

    async def mark(self, items: Sequence[str], *, handled: bool) -> list[str]:
        """Mark all events about the items, and return the items that had any."""

    async def counts(self) -> Counts:
        """Counts of waiting, handled and refused events."""

    async def public_host(self) -> str:
        """The public host of the inbox.

        Raises:
            Refused: when no public address is set.
        """

    async def new_address(self, name: str) -> str:
        """Create an unguessable address for one sender.

        Raises:
            Refused: as `public_host` does.
        """

    async def forget_address(self, address: str) -> bool:
        """Revoke an address."""
