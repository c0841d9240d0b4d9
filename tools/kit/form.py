"""A multipart form as a request body: fields, then files, streamed with progress."""

import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from tools.kit.toolset import Progress, no_progress

STEPS: Final = 100
"""Progress reports per form at most."""


class File(Protocol):
    """A named file of known size."""

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int: ...

    def pieces(self) -> AsyncGenerator[bytes, None]: ...


@dataclass(frozen=True)
class MadeFile:
    """A file made in memory."""

    name: str
    content: bytes = field(repr=False)

    @property
    def size(self) -> int:
        return len(self.content)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        yield self.content


@dataclass(frozen=True)
class Attached:
    """A file in a form, with its field name and content type."""

    file: File
    content_type: str = "application/octet-stream"
    name: str = "file"


@dataclass(frozen=True)
class Form:
    """A multipart form with its files behind its fields."""

    files: Sequence[Attached] = ()
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    progress: Progress = no_progress
    boundary: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def headers(self) -> Mapping[str, str]:
        length = len(self._fields()) + len(self._tail())
        length += sum(len(self._head(one)) + one.file.size + len(b"\r\n") for one in self.files)
        # With a length there is no chunked encoding, which storage hosts refuse.
        return {"Content-Type": f"multipart/form-data; boundary={self.boundary}", "Content-Length": str(length)}

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        whole = sum(one.file.size for one in self.files)
        done, reported, step = 0, 0, whole / STEPS
        if self.fields:
            yield self._fields()
        for one in self.files:
            yield self._head(one)
            async for piece in one.file.pieces():
                yield piece
                done += len(piece)
                if done - reported >= step or done == whole:
                    reported = done
                    await self.progress(done, whole, f"{done:,} of {whole:,} bytes")
            yield b"\r\n"
        yield self._tail()

    def _fields(self) -> bytes:
        parts = [f"--{self.boundary}\r\n{_disposition(name)}\r\n\r\n{value}\r\n" for name, value in self.fields.items()]
        return "".join(parts).encode()

    def _head(self, one: Attached) -> bytes:
        return (
            f"--{self.boundary}\r\n{_disposition(one.name)}; filename={_quoted(one.file.name)}\r\n"
            f"Content-Type: {one.content_type}\r\n\r\n"
        ).encode()

    def _tail(self) -> bytes:
        return f"--{self.boundary}--\r\n".encode()


def _disposition(name: str) -> str:
    return f"Content-Disposition: form-data; name={_quoted(name)}"


def _quoted(text: str) -> str:
    """A name inside a header, as browsers write it: what would end the name or the line is percent-encoded."""
    return '"' + text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A") + '"'
