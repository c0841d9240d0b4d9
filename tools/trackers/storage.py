"""Sends files to a tracker's storage: to an address that the tracker gives, without the tracker's credential."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from tools.kit.egress import is_internal, is_listed
from tools.kit.errors import PlatformError
from tools.kit.leaving import Content
from tools.kit.network import Account
from tools.kit.text import quote
from tools.kit.upload import Storage


class SignedQuery(httpx.Auth):
    """Adds the query of a signed address as it is; it is a credential and stays out of logs and errors."""

    def __init__(self, query: str) -> None:
        self._query = query.encode()

    def auth_flow(self, request: httpx.Request):  # type: ignore[no-untyped-def]  # httpx types it as a generator of its own
        request.url = request.url.copy_with(query=self._query)
        yield request


class FileStorage(Storage):
    """The storage of one tracker."""

    def __init__(self, account: Account, *, hosts: tuple[str, ...]) -> None:
        super().__init__(account, hosts=hosts)
        self._names = hosts

    async def put(self, address: str, content: Content, headers: Mapping[str, str]) -> None:
        """Send one file.

        Raises:
            PlatformError: for an address that no storage of the tracker has.
        """
        self.check(address)
        where, _, query = address.partition("?")
        await self.send("PUT", where, content=content, headers=headers, auth=SignedQuery(query) if query else None)

    def check(self, address: str) -> None:
        try:
            host = urlsplit(address).hostname or ""
        except ValueError:
            host = ""
        if host and not self.is_sandbox and not is_internal(host) and not is_listed(host, self._names):
            raise PlatformError(
                f"The tracker gave an address on {quote(host)} for the file, which is no storage of it that Testdesk "
                "knows. The file was not sent."
            )
        super().check(address)
