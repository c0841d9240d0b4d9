"""Pictures in answers, and the client that fetches them, and other files, from allowed hosts."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import ClassVar, Final

import httpx
from pydantic import ConfigDict, Field

from tools.kit.client import ApiClient
from tools.kit.egress import ATTACHMENT_HOSTS, NotPublic, PublicOnly, is_listed
from tools.kit.errors import PlatformError, TestdeskError, Unavailable
from tools.kit.failures import BROKEN
from tools.kit.model import Answer
from tools.kit.network import Account, decompressed, limited
from tools.kit.picture_header import ENOUGH, other_kind, picture_kind

PICTURE_BYTES: Final = "TESTDESK_PICTURE_BYTES"
ANSWER_BYTES: Final = "TESTDESK_ANSWER_BYTES"
PICTURE_LIMIT: Final = 1_000_000
ANSWER_LIMIT: Final = 4_000_000
"""Base64 bytes of one picture and of all pictures of one answer at most: what hosts can take."""
FILE_LIMIT: Final = 20_000_000
"""Bytes of a file that is loaded to be passed on, whatever its kind."""
UNKNOWN_KIND: Final = "application/octet-stream"

_MIME: Final = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,80}")
_PAGE: Final = re.compile(rb"\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Picture:
    """Bytes a client can show."""

    data: bytes
    mime: str


@dataclass(frozen=True)
class LoadedFile:
    """The bytes of a file of any kind, and its kind as its host says."""

    data: bytes
    mime: str


@dataclass(frozen=True)
class FileFacts:
    """The kind of a file, and its size if its host gives it."""

    mime: str
    size: int | None


@dataclass(frozen=True)
class _Download:
    """The body of a response as far as it was read."""

    data: bytes
    mime: str
    size: int | None
    """As its host announced it."""
    is_too_large: bool


class NotFetched(TestdeskError):
    """A picture that is not fetched; the text says why, as a clause."""


class TooLarge(NotFetched):
    """A picture over the limit, with its kind and, if the host gives it, its size."""

    def __init__(self, limit: int, *, mime: str, size: int | None = None) -> None:
        self.mime, self.size = mime, size
        what = f"it has {in_bytes(size)}" if size else f"it has more than {in_bytes(limit)}"
        super().__init__(f"{what}; {PICTURE_BYTES} lets through {in_bytes(limit)}")


class NotAPicture(NotFetched):
    """A file that is no picture a model takes, with its kind and, if the host gives it, its size."""

    def __init__(self, *, mime: str, size: int | None, is_page: bool = False) -> None:
        self.mime, self.size = mime, size
        if is_page:
            why = "its host answers with a web page in its place"
        elif mime == "image/svg+xml":
            why = "it is an SVG, which can hold programs"
        else:
            why = "it is not a PNG, JPEG, GIF or WebP picture"
        super().__init__(why)


class Album(Answer):
    """An answer with pictures; `pictures` is sent as image content, never as text."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    is_drawn: ClassVar[bool] = False
    """Whether the pictures are ours and hold no word of others, so that a lockdown does not leave them out."""

    pictures: list[Picture] = Field(default_factory=list, exclude=True, repr=False)


class Pictures(ApiClient):
    """Fetches pictures and other files without any credential, from allowed hosts only."""

    at_once = 4

    def __init__(self, account: Account, *, hosts: tuple[str, ...]) -> None:
        super().__init__(account, auth=None, base_url="")
        own = httpx.URL(account.base_url)
        self._hosts = hosts
        self.picture_limit = _raw(account.settings.get(PICTURE_BYTES), PICTURE_LIMIT)
        self.answer_limit = _raw(account.settings.get(ANSWER_BYTES), ANSWER_LIMIT)
        """Bytes of a picture and of all pictures of an answer, before base64 adds a third."""
        # A sandbox serves its pictures next to its API; plain HTTP is allowed only there.
        self._beside = own if account.network.is_sandbox or is_loopback(own.host) else None
        self._limit = PublicOnly(self._beside)

    def allowed(self, address: str) -> bool:
        """Whether a picture may be fetched from an address; `.example.com` in the list allows any host below it."""
        try:
            url = httpx.URL(address)
            host = url.host
        except (httpx.InvalidURL, UnicodeError, TypeError):
            return False
        if url.userinfo:
            return False  # it would be sent as a credential
        if self._beside is not None and (host, url.port) == (self._beside.host, self._beside.port):
            return url.scheme in {"http", "https"}
        return url.scheme == "https" and url.port is None and is_listed(host, self._hosts)

    async def fetch(self, address: str, *, at_most: int | None = None) -> Picture:
        """Fetch one picture, checking host, size and kind (by its first bytes, not its content type).

        `at_most` are bytes, by default those of a picture that is shown.

        Raises:
            NotAPicture: for a body that is not a picture, of which only the beginning is read.
            NotFetched: for a host that is not allowed.
            TooLarge: for a picture over the limit, of which no more than that is read.
        """
        body = await self._download(address, accept="image/*", at_most=at_most or self.picture_limit, pictures=True)
        kind = picture_kind(body.data)
        if kind is None:
            announced = "" if body.mime.startswith("image/") or body.mime == UNKNOWN_KIND else body.mime
            is_page = _PAGE.match(body.data) is not None
            mime = "text/html" if is_page else other_kind(body.data) or announced or UNKNOWN_KIND
            raise NotAPicture(
                mime=mime, size=body.size or (None if body.is_too_large else len(body.data)), is_page=is_page
            )
        if body.is_too_large:
            raise TooLarge(self.picture_limit, mime=kind, size=body.size)
        return Picture(body.data, kind)

    async def look_at_file(self, address: str) -> FileFacts:
        """The kind and size of a file as its host says, without reading it.

        Raises:
            NotFetched: for a host that is not allowed.
        """
        body = await self._download(address, accept="*/*", at_most=0)
        mime = other_kind(body.data) or picture_kind(body.data) or body.mime
        return FileFacts(mime, body.size)

    async def fetch_file(self, address: str, *, content_type: str = "") -> LoadedFile:
        """Fetch a file of any kind, checking host and size; `content_type` is what the platform says of it.

        Raises:
            NotFetched: for a host that is not allowed, a file over the limit, of which no more than that is read, and a
                web page in place of the file, which is what some hosts answer to an address that has expired.
        """
        body = await self._download(address, accept="*/*", at_most=FILE_LIMIT)
        if body.is_too_large:
            size = in_bytes(body.size) if body.size else f"more than {in_bytes(FILE_LIMIT)}"
            raise NotFetched(f"it has {size}; files up to {in_bytes(FILE_LIMIT)} are loaded")
        picture = picture_kind(body.data)
        is_page = _PAGE.match(body.data) or (body.mime == "text/html" and picture is None)
        if is_page and "html" not in content_type.lower():
            raise NotFetched("its host answers with a web page in its place")
        return LoadedFile(body.data, picture or body.mime)

    async def _download(self, address: str, *, accept: str, at_most: int, pictures: bool = False) -> _Download:
        try:
            async with limited(self.account.network.request_seconds):
                return await self._read(address, accept, at_most, pictures)
        except TimeoutError as error:
            raise PlatformError("its host could not be reached in time") from error

    async def _read(self, address: str, accept: str, at_most: int, pictures: bool) -> _Download:
        if not self.allowed(address):
            raise NotFetched(f"its host is not in {ATTACHMENT_HOSTS}")
        try:
            async with self._slots, self._opened().stream("GET", address, headers={"Accept": accept}) as response:
                if response.is_redirect:
                    raise NotFetched("its host answers with a redirect, which is not followed")
                if not response.is_success:
                    raise Unavailable(f"its host answered {response.status_code}", status=response.status_code)
                size, mime = _announced(response), _mime(response)
                data, is_too_large = bytearray(), False
                async for piece in decompressed(response):
                    data += piece
                    is_other = pictures and len(data) >= ENOUGH and picture_kind(data) is None
                    if is_other or len(data) > at_most or (size or 0) > at_most:
                        is_too_large = True
                        break
        except NotPublic as error:
            raise NotFetched("its host is inside a private network") from error
        except BROKEN as error:
            raise PlatformError("its host could not be reached") from error
        return _Download(bytes(data), mime, size, is_too_large)


def in_bytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, size // 1000)} kB"


def _raw(setting: str | None, otherwise: int) -> int:
    return (int(setting) if setting else otherwise) * 3 // 4


def _announced(response: httpx.Response) -> int | None:
    """The size of a body by its header; None if it is compressed."""
    length = response.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and "content-encoding" not in response.headers else None


def _mime(response: httpx.Response) -> str:
    """The kind of a body as its host says, in small letters and without parameters."""
    mime = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return mime if _MIME.fullmatch(mime) else UNKNOWN_KIND


def is_loopback(host: str) -> bool:
    """Whether a host name means this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
