"""Multipart: the fields and files of a form in a request body."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r'([\w*-]+)=(?:"([^"]*)"|([^;\s]+))')


class NotMultipart(ValueError):
    """The body is not a multipart form."""


@dataclass(frozen=True)
class Part:
    name: str
    content: bytes
    filename: str | None = None
    content_type: str = "text/plain"

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


def parts(content_type: str, body: bytes) -> list[Part]:
    """The parts of a form in their order.

    Raises:
        NotMultipart: when the content type or the body is something else.
    """
    kind, _, rest = content_type.partition(";")
    boundary = _parameters(rest).get("boundary")
    if kind.strip().lower() != "multipart/form-data" or not boundary:
        raise NotMultipart("the content type is not multipart/form-data with a boundary")
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1", "replace"))[1:]
    if not pieces or not pieces[-1].startswith(b"--"):
        raise NotMultipart("the form does not end with its boundary")
    return [_part(piece.removeprefix(b"\r\n")) for piece in pieces[:-1]]


def _part(piece: bytes) -> Part:
    head, gap, content = piece.partition(b"\r\n\r\n")
    headers = {}
    for line in head.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    disposition = _parameters(headers.get("content-disposition", ""))
    if not gap or "name" not in disposition:
        raise NotMultipart("a part of the form has no name")
    return Part(disposition["name"], content, disposition.get("filename"), headers.get("content-type", "text/plain"))


def _parameters(header: str) -> dict[str, str]:
    return {name.lower(): quoted or bare for name, quoted, bare in _TOKEN.findall(header)}
