"""The storage for files of builds: at a signed address, without our credential."""

from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from tools.kit.errors import PlatformError
from tools.kit.form import File
from tools.kit.toolset import Progress, no_progress
from tools.kit.upload import Storage


@dataclass(frozen=True)
class Bytes:
    """A file as the body, without a content type: the signature may not include one."""

    file: File
    progress: Progress = no_progress

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Content-Length": str(self.file.size)}

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        done = 0
        async for piece in self.file.pieces():
            yield piece
            done += len(piece)
            await self.progress(done, self.file.size, f"{done:,} of {self.file.size:,} bytes")


class Signature(httpx.Auth):
    """Adds the signed query of an address as the request is sent, to keep it out of logs and errors."""

    def __init__(self, query: str) -> None:
        self._query = query.encode()

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]  # httpx wants a generator
        request.url = request.url.copy_with(query=self._query)
        yield request


class BuildStorage(Storage):
    """Sends one file by PUT."""

    async def put(self, address: str, content: Bytes) -> None:
        """Send a file to a signed address.

        Raises:
            PlatformError: if the address cannot be one of a storage.
        """
        self.check(address)
        where, _, query = address.partition("?")
        if urlsplit(where).fragment:
            raise PlatformError("The platform gave an invalid upload address. The file was not sent.")
        await self.send("PUT", where, content=content, auth=Signature(query) if query else None)
