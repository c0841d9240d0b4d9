"""The public device catalogue over HTTP, on another host that never gets the token."""

import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import replace
from typing import TypeVar
from urllib.parse import urlsplit

import anyio

from tools.kit.client import ApiClient
from tools.kit.errors import PlatformError, Unavailable
from tools.kit.network import Account
from tools.kit.picture import is_loopback
from tools.kit.walk import Batch, Walk
from tools.testio.models.devices import Categories, Entry, OperatingSystems, VersionsPage

T = TypeVar("T")

ADDRESS = "https://devices.test.io/api"
BESIDE = "/testio/devices/api"
"""Its path on the origin of a sandbox."""
PAGE = 100
CACHE_SECONDS = 3600.0
MISSED_SECONDS = 600.0
"""How long an unreachable catalogue is not tried again where it would only supply names."""


def catalogue_address(account: Account) -> str:
    """The catalogue's address: its own host, or next to the API where that is a fake API on this machine."""
    own = urlsplit(account.base_url)
    if account.network.is_sandbox or is_loopback(own.hostname or ""):
        return f"{own.scheme}://{own.netloc}{BESIDE}"
    return ADDRESS


class DeviceCatalogue(ApiClient):
    """Categories, operating systems and versions; each list is read once an hour."""

    def __init__(self, account: Account) -> None:
        own = replace(account, title="The device catalogue", base_url=catalogue_address(account), credentials={})
        super().__init__(own, auth=None)
        self._cache: dict[Hashable, tuple[float, list[Entry]]] = {}
        self._reading = anyio.Lock()
        self._missed_at = -MISSED_SECONDS

    @property
    def was_missed(self) -> bool:
        """Whether it was unreachable at the last try."""
        return time.monotonic() - self._missed_at < MISSED_SECONDS

    async def categories(self) -> list[Entry]:
        """GET /categories"""

        async def read() -> list[Entry]:
            return (await self.get("/categories", into=Categories)).categories

        return await self._once("categories", read)

    async def operating_systems(self, category_id: int) -> list[Entry]:
        """GET /operating_systems"""

        async def read() -> list[Entry]:
            query = (("filter[category]", category_id),)
            return (await self.get("/operating_systems", query=query, into=OperatingSystems)).operating_systems

        return await self._once(("operating_systems", category_id), read)

    async def versions(self, operating_system_id: int) -> list[Entry]:
        """GET /operating_system_versions, all pages, oldest first

        Raises:
            Unavailable: where some are missing: the lowest of the others could be the wrong one to order.
        """

        async def read() -> list[Entry]:
            found: list[Entry] = []
            first: list[Entry] = []

            async def fetch(page: int, size: int) -> Batch[Entry]:
                query = (
                    ("filter[operating_system]", operating_system_id),
                    ("offset", (page - 1) * size),
                    ("limit", size),
                )
                answer = await self.get("/operating_system_versions", query=query, into=VersionsPage)
                rows, pagination = answer.operating_system_versions, answer.pagination
                # The platform may use its own page size; where it states none, the rows of this page count.
                size = pagination.limit if pagination.limit is not None and pagination.limit > 0 else len(rows)
                if page == 1:
                    first.extend(rows)
                elif rows == first and len(rows) != PAGE and pagination.total is None and pagination.limit is None:
                    return Batch([])  # it has no pages and answered everything at once
                return Batch(rows, total=pagination.total, size=size or None)

            walk = Walk(fetch, found.append, key=lambda entry: entry.id, sizes=(PAGE,), broken=frozenset())
            coverage = (await walk.run()).coverage(len(found))
            if not coverage.complete:
                raise Unavailable(f"The device catalogue did not return all its versions ({coverage.why}).")
            return sorted(found, key=lambda entry: (entry.numbers, entry.name or "", entry.id))

        return await self._once(("versions", operating_system_id), read)

    async def _once(self, key: Hashable, read: Callable[[], Awaitable[list[Entry]]]) -> list[Entry]:
        """A list from the last hour, or a new read, which concurrent callers share."""
        async with self._reading:
            cached = self._cache.get(key)
            if cached is not None and time.monotonic() - cached[0] < CACHE_SECONDS:
                return cached[1]
            try:
                entries = await read()
            except PlatformError:
                self._missed_at = time.monotonic()
                raise
            self._cache[key], self._missed_at = (time.monotonic(), entries), -MISSED_SECONDS
            return entries
