"""The protocol of the inbox's store, and one platform's inbox on top of it."""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

from tools.kit.errors import Refused
from tools.kit.webhook import Counts, Event

PUBLIC_URL = "public_url"
PREFIX = "/inbox"


class Store(Protocol):
    """Stores events, in any database. Every method is durable when it returns."""

    async def keep(self, platform: str, kind: str, key: str, item: str, document: Mapping[str, Any]) -> bool:
        """Store an event, or count a known one; True if it is new."""

    async def events(self, platform: str, *, handled: bool | None, limit: int, before: int | None) -> list[Event]: ...

    async def newest(self, platform: str, item: str) -> Event | None: ...

    async def mark(self, platform: str, items: Sequence[str], *, handled: bool) -> list[str]: ...

    async def refuse(self, reason: str, times: int = 1) -> None:
        """Count rejected deliveries."""

    async def counts(self, platform: str) -> Counts: ...

    async def add_address(self, platform: str, digest: bytes, name: str) -> None: ...

    async def remove_address(self, platform: str, digest: bytes) -> bool: ...

    async def addresses(self, platform: str) -> list[bytes]:
        """The digests of a platform's addresses."""

    async def say(self, name: str, value: str) -> None:
        """Store a fact that other processes need."""

    async def said(self, name: str) -> str | None: ...

    async def arrived_since(self, number: int) -> tuple[int, list[tuple[str, str]]]:
        """The number of the last arrival, and platform and item of those after `number`."""

    async def heard(self, seconds: float) -> None:
        """Wait until an event may have arrived, at most about so long."""

    @property
    def is_there(self) -> bool:
        """Whether anybody has made the store yet; looking must not make it."""

    async def close(self) -> None: ...


def digest(word: str) -> bytes:
    """The digest of an address's secret, which is stored in its place."""
    return hashlib.sha256(word.encode()).digest()


class PlatformInbox:
    """One platform's part of the inbox, as its tools see it."""

    def __init__(
        self,
        store: Store,
        platform: str,
        *,
        learn: Callable[[str], None] = lambda _: None,
        is_closed: bool = False,
        is_foreign: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store, self._platform, self._learn = store, platform, learn
        self._is_closed, self._is_foreign = is_closed, is_foreign

    @property
    def is_open(self) -> bool:
        """Whether whoever calls may read its events, and so hear of them."""
        return not (self._is_closed or self._is_foreign())

    def _open(self) -> Store:
        """The store, unless its events may be about what must not be reached.

        Raises:
            Refused: where the operator allows some products or projects only, or a person has an account of their own.
        """
        if self._is_closed:
            raise Refused(
                "The operator allows some products or projects only, and the inbox has events of all of them."
            )
        if self._is_foreign():
            raise Refused(
                "The inbox has events of the team's account, and you work with a credential of your own, which may "
                "reach less."
            )
        return self._store

    async def events(self, *, handled: bool | None, limit: int, before: int | None) -> list[Event]:
        return await self._open().events(self._platform, handled=handled, limit=limit, before=before)

    async def newest(self, item: str) -> Event | None:
        return await self._open().newest(self._platform, item)

    async def mark(self, items: Sequence[str], *, handled: bool) -> list[str]:
        return await self._open().mark(self._platform, items, handled=handled)

    async def counts(self) -> Counts:
        return await self._open().counts(self._platform)

    async def public_host(self) -> str:
        return urlsplit(await self._public()).netloc

    async def new_address(self, name: str) -> str:
        public, word = await self._public(), secrets.token_urlsafe(32)
        self._learn(word)  # a platform may repeat the address in an error
        await self._store.add_address(self._platform, digest(word), name)
        return f"{public.rstrip('/')}{PREFIX}/{self._platform}/{word}"

    async def _public(self) -> str:
        public = await self._store.said(PUBLIC_URL) if self._store.is_there else None
        if not public:
            raise Refused(
                "Nobody has said yet at what address the inbox is reached from outside. A person starts it with "
                "`testdesk inbox --public-url https://...`."
            )
        return public

    async def forget_address(self, address: str) -> bool:
        word = address.rstrip("/").rpartition("/")[2]
        return await self._store.remove_address(self._platform, digest(word))
