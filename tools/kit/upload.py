"""Files to upload: opened once below directories that the operator allows, and streamed from disk."""

import hashlib
import os
import re
import stat
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from anyio import to_thread

from tools.kit.client import ApiClient
from tools.kit.egress import ATTACHMENT_HOSTS, NotPublic, PublicOnly, is_internal, is_listed
from tools.kit.errors import PlatformError, Refused
from tools.kit.form import Form
from tools.kit.network import Account
from tools.kit.picture import is_loopback
from tools.kit.text import quote

DIRECTORIES: Final = "TESTDESK_UPLOAD_DIRS"
PIECE: Final = 256 * 1024
DIGITS: Final = 16
"""Hexadecimal digits of a file's digest in a question."""

_READ: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0)
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE: Final = getattr(os, "O_NONBLOCK", 0)  # opening a pipe would block until somebody writes to it
_FOLDER: Final = getattr(os, "O_DIRECTORY", 0)


class OpenFile:
    """An open file, checked by its descriptor and not by its path."""

    def __init__(self, descriptor: int, name: str) -> None:
        self.name = name
        self._descriptor = descriptor
        self._seen = os.fstat(descriptor)

    @property
    def size(self) -> int:
        return self._seen.st_size

    @property
    def names(self) -> int:
        """The number of hard links; 1 where the file system does not count them."""
        return max(1, self._seen.st_nlink)

    @property
    def is_regular(self) -> bool:
        return stat.S_ISREG(self._seen.st_mode)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Read it from its start to the size it had when it was opened.

        Raises:
            PlatformError: after the last chunk, when the file changed while it was read.
        """
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        left = self.size
        while left and (piece := await to_thread.run_sync(os.read, self._descriptor, min(PIECE, left))):
            left -= len(piece)
            yield piece
        now = os.fstat(self._descriptor)
        if left or (now.st_size, now.st_mtime_ns) != (self._seen.st_size, self._seen.st_mtime_ns):
            raise PlatformError("The file was changed while it was sent, so the upload was broken off before its end.")

    async def digest(self) -> str:
        """The start of its SHA-256, by which a question tells it from another file of its name and size."""
        made = hashlib.sha256()
        async for piece in self.pieces():
            made.update(piece)
        return made.hexdigest()[:DIGITS]

    def close(self) -> None:
        os.close(self._descriptor)


@asynccontextmanager
async def open_upload(
    wanted: str, *, allowed: str, extensions: Collection[str], at_most: int
) -> AsyncIterator[OpenFile]:
    """Open a file below one of the `allowed` directories, as the setting lists them, for as long as the block runs.

    Raises:
        Refused: for every other file, before a byte of it is read.
    """
    file = await to_thread.run_sync(partial(_checked, wanted, allowed, extensions, at_most))
    try:
        yield file
    finally:
        file.close()


def allowed_directories(allowed: str) -> list[Path]:
    """The directories that a setting lists, links resolved; anything but an absolute path to one is left out."""
    found = []
    for text in filter(None, map(str.strip, allowed.split(os.pathsep))):
        if Path(text).is_absolute() and (real := _resolved(text)) is not None and real.is_dir():
            found.append(real)
    return found


def _resolved(path: str, *, strict: bool = True) -> Path | None:
    """The real path, or None if there is none."""
    try:
        return Path(path).resolve(strict=strict)
    except (OSError, ValueError, RuntimeError):  # missing; contains NUL; circular links
        return None


def find_below(wanted: str, allowed: str) -> tuple[Path, Path]:
    """An allowed directory, and the real path of what is wanted in it, or of the directory itself.

    Raises:
        Refused: for anything outside, whether or not it exists, and for what does not.
    """
    roots = allowed_directories(allowed)
    if not roots:
        raise Refused(
            f"No file may be uploaded here: {DIRECTORIES} names no directory. Whoever runs the server can set it to "
            f"the directories that hold such files, absolute paths separated by {os.pathsep!r}."
        )
    if not Path(wanted).is_absolute():
        raise Refused("Give the absolute path of the file.")
    real = _resolved(wanted)
    # Do not reveal whether a file outside the allowed directories exists.
    place = real if real is not None else _resolved(wanted, strict=False)
    root = next((root for root in roots if place is not None and root in (place, *place.parents)), None)
    if root is None:
        listed = ", ".join(map(str, roots))
        raise Refused(f"Only files below {listed} may be uploaded ({DIRECTORIES}).")
    if real is None:
        raise Refused("There is no such file.")
    return root, real


def _checked(wanted: str, allowed: str, extensions: Collection[str], at_most: int) -> OpenFile:
    root, real = find_below(wanted, allowed)
    if real.suffix.lower() not in extensions:
        raise Refused(f"Only {', '.join(extensions)} files can be uploaded.")
    if not _is_text(real.name):
        raise Refused("The name of the file is not Unicode text.")
    file = _open(root, real)
    if file.is_regular and file.names > 1:
        file.close()
        raise Refused("The file has other hard links, so it may not belong to these directories. Copy it there.")
    if not file.is_regular or not 1 <= file.size <= at_most:
        file.close()
        size = f"It has {file.size:,} bytes; from 1 to {at_most:,} can be uploaded."
        raise Refused(f"{size if file.is_regular else 'It is not a regular file.'}")
    return file


def _open(root: Path, real: Path) -> OpenFile:
    """Open the file that was checked, and not one that replaced it since."""
    try:
        if os.open in os.supports_dir_fd and _NO_LINK:
            return OpenFile(_open_below(root, real.relative_to(root).parts), real.name)
        file = OpenFile(os.open(real, _READ | _AT_ONCE), real.name)
        if _resolved(str(real)) != real:
            file.close()
            raise OSError("another path by now")
        return file
    except OSError as error:
        reason = error.strerror or "it was moved meanwhile"
        raise Refused(f"The file cannot be opened ({reason}).") from error


def _open_below(root: Path, parts: tuple[str, ...]) -> int:
    """Open a path below a directory descriptor by descriptor, so that no directory can be swapped for a link."""
    held = os.open(root, _READ | _FOLDER)
    try:
        for name in parts[:-1]:
            inner = os.open(name, _READ | _FOLDER | _NO_LINK, dir_fd=held)
            os.close(held)
            held = inner
        return os.open(parts[-1], _READ | _NO_LINK | _AT_ONCE, dir_fd=held)
    finally:
        os.close(held)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


INTERNAL: Final = (
    "The platform gave an address inside a private network for the file, where no storage of it is. "
    "The file was not sent."
)


class Storage(ApiClient):
    """Sends files to addresses that a platform gives and the operator allows, without the platform's credential."""

    at_once = 2

    def __init__(self, account: Account, *, hosts: tuple[str, ...]) -> None:
        super().__init__(replace(account, title=f"The storage of {account.title}", credentials={}), auth=None)
        self._hosts = hosts
        self._limit = None if self._is_at_home else PublicOnly()

    async def take(self, address: str, form: Form) -> None:
        """Post a form to an address.

        Raises:
            Refused: for an address that no storage of a platform has.
        """
        self.check(address)
        await self.send("POST", address, content=form)

    def check(self, address: str) -> None:
        """Refuse an address to which no file may be sent, though the platform gave it.

        Raises:
            PlatformError: when it has no TLS, is inside a private network, or is on a host that is not listed.
        """
        if not is_private(address, self.account):
            raise PlatformError("The platform gave an address without TLS for the file. The file was not sent.")
        host = urlsplit(address).hostname or ""
        if is_internal(host) and not self._is_at_home:
            raise PlatformError(INTERNAL)
        if not self.is_sandbox and not is_internal(host) and not is_listed(host, self._hosts):
            listed = ",".join((*self._hosts, host))
            raise PlatformError(
                f"The platform gave an address on a host that {ATTACHMENT_HOSTS} does not list, so the file was not "
                "sent. If that is its storage, whoever runs the server can set the variable to "
                f"{quote(listed, at_most=300)}."
            )

    async def _exchange(self, request: Any, seconds: float) -> bytes:
        try:
            return await super()._exchange(request, seconds)
        except NotPublic as error:
            raise PlatformError(INTERNAL) from error

    @property
    def _is_at_home(self) -> bool:
        """Whether the platform itself is on such a network: a sandbox, or a company proxy."""
        return self.account.network.is_sandbox or is_internal(urlsplit(self.account.base_url).hostname or "")

    def words(self, raw: bytes) -> str:
        """The message in a storage's XML error."""
        message = re.search(rb"<Message>([^<]{1,300})</Message>", raw[: 64 * 1024])
        return message[1].decode(errors="replace") if message else ""


def is_private(address: str, account: Account) -> bool:
    """Whether nobody in between can read what is sent there: it uses TLS, or never leaves this machine."""
    try:
        parts, own = urlsplit(address), urlsplit(account.base_url)
        host, own_host = parts.hostname or "", own.hostname or ""
    except ValueError:
        return False
    if parts.username or parts.password or not host:
        return False
    if parts.scheme == "https":
        return True
    # A remote platform must not send files to this machine.
    return parts.scheme == "http" and (account.network.is_sandbox or (is_loopback(host) and is_loopback(own_host)))
