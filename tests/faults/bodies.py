"""Faults of a response's body: packed, broken, in the wrong form, or too large."""

import gzip
import json
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from tests.faults.connections import JSON, half, whole
from tests.faults.proxy import PIECE, Answer, Exchange, Fault

MEGABYTE: Final = 2**20
PAGE: Final = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Your session has ended.</body></html>"


def with_body(make: Callable[[bytes], bytes], **headers: str) -> Fault:
    """The platform's response with another body, announced as it is."""

    async def fault(exchange: Exchange) -> bool:
        answer = await exchange.carry_out()
        changed = Answer(b"HTTP/1.1 200 OK", answer.headers, make(answer.body))
        replaced = frozenset(name.replace("_", "-").encode() for name in headers)
        head = changed.head(length=None, without=replaced, **headers)
        await exchange.send(head + changed.body)
        return True

    return fault


def in_place(body: bytes, content_type: str = "application/json", *, is_carried_out: bool = True) -> Fault:
    """A body in place of the platform's."""

    async def fault(exchange: Exchange) -> bool:
        await (exchange.carry_out() if is_carried_out else exchange.body())
        answer = Answer(b"HTTP/1.1 200 OK", ((b"content-type", content_type.encode()),), body)
        await exchange.send(whole(answer))
        return True

    return fault


def packed(pack: Callable[[bytes], bytes], encoding: str) -> Fault:
    return with_body(pack, content_encoding=encoding)


def bare_deflate(text: bytes) -> bytes:
    pack = zlib.compressobj(wbits=-15)
    return pack.compress(text) + pack.flush()


BROKEN: Final[dict[str, Fault]] = {
    "gzip that is none": packed(lambda body: b"no gzip" + body, "gzip"),
    "gzip that is cut off": packed(lambda body: gzip.compress(body)[:-9], "gzip"),
    "gzip with a broken middle": packed(lambda body: half(gzip.compress(body * 9)) + b"\xff" * 40, "gzip"),
    "deflate that is cut off": packed(lambda body: zlib.compress(body)[:-5], "deflate"),
    "packed twice": packed(lambda body: gzip.compress(gzip.compress(body)), "gzip, gzip"),
    "packed as nobody asked": packed(lambda body: body, "br"),
}

HARMLESS: Final[dict[str, Fault]] = {
    "gzip": packed(gzip.compress, "gzip"),
    "deflate": packed(zlib.compress, "deflate"),
    "bare deflate": packed(bare_deflate, "deflate"),
    "a byte order mark": with_body(lambda body: b"\xef\xbb\xbf" + body if body.startswith((b"{", b"[")) else body),
    "blanks around the body": with_body(lambda body: b" \r\n" + body + b"\n\n" if body[:1] in b"{[" else body),
    "JSON as plain text": with_body(lambda body: body, content_type="text/plain"),
    "JSON as a web page": with_body(lambda body: body, content_type="text/html; charset=latin-1"),
    "a charset that nobody knows": with_body(lambda body: body, content_type="application/json; charset=klingon"),
}


def other(body: bytes) -> bytes:
    """Another document than the one that was asked for."""
    return json.dumps([1, 2] if body.startswith(b"{") else {"other": 1}).encode()


UNREADABLE: Final[dict[str, Fault]] = {
    "JSON that is cut off, with its length": with_body(lambda body: half(body or b'{"a": 1}')),
    "JSON with a broken middle": with_body(lambda body: half(body) + b"\x00}{" + body[len(body) // 2 :]),
    "two documents": with_body(lambda body: body + body if body else b"{}{}"),
    "a word": in_place(b"OK", "text/plain"),
    "XML": in_place(b"<?xml version='1.0'?><ok/>", "application/xml"),
    "bytes": in_place(bytes(range(256))),
    "UTF-16": with_body(lambda body: (body or b"{}").decode("utf-8", "replace").encode("utf-16")),
    "another document": with_body(other),
    "null": in_place(b"null"),
    "a number": in_place(b"17"),
    "not a number": in_place(b'{"id": NaN, "data": Infinity}'),
    "brackets a million deep": in_place(b"[" * 1_000_000),
    "objects 50,000 deep": in_place(b'{"data":' * 50_000 + b"1" + b"}" * 50_000),
    "a number of 100,000 digits": in_place(b'{"id": ' + b"9" * 100_000 + b"}"),
    "an error with the status of a success": in_place(b'{"error": "maintenance", "code": 17}'),
}

PAGES: Final[dict[str, Fault]] = {
    "a web page": in_place(PAGE, "text/html; charset=utf-8", is_carried_out=False),
    "a web page as JSON": in_place(PAGE, is_carried_out=False),
    "a web page after it was carried out": in_place(PAGE, "text/html"),
}


@cache
def bomb(wbits: int) -> bytes:
    """A gigabyte of zeros as one megabyte: one packed piece, many times."""
    pack = zlib.compressobj(wbits=wbits)
    head = pack.compress(bytes(MEGABYTE)) + pack.flush(zlib.Z_FULL_FLUSH)
    piece = pack.compress(bytes(MEGABYTE)) + pack.flush(zlib.Z_FULL_FLUSH)
    return head + piece * 1023


def exploding(encoding: str, wbits: int) -> Fault:
    async def fault(exchange: Exchange) -> bool:
        await exchange.carry_out()
        packed_body = bomb(wbits)
        headers = ((b"content-type", b"application/json"), (b"content-encoding", encoding.encode()))
        await exchange.send(whole(Answer(b"HTTP/1.1 200 OK", headers, packed_body)))
        return False

    return fault


def poured(start: bytes, piece: bytes) -> Fault:
    """A body that never ends, as fast as it is taken."""

    async def fault(exchange: Exchange) -> bool:
        await exchange.carry_out()
        await exchange.send(start)
        while not exchange.writer.is_closing():
            await exchange.send(piece)
        return False

    return fault


def rows(count: int, row: Any) -> Fault:
    """So many rows in each list that the platform's document has."""

    async def fault(exchange: Exchange) -> bool:
        answer = await exchange.carry_out()
        head, tail = answer.head, json.dumps(row).encode()
        body = b'{"data": [' + b",".join([tail] * count) + b"]}"
        await exchange.send(head(length=len(body)) + body)
        return False

    return fault


BOMBS: Final[dict[str, Fault]] = {
    "a gigabyte as gzip": exploding("gzip", 31),
    "a gigabyte as deflate": exploding("deflate", 15),
    "a body without an end": poured(JSON + b"\r\n", b" " * PIECE),
    "chunks without an end at full speed": poured(
        JSON + b"transfer-encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * PIECE + b"\r\n"
    ),
    "a length of an exabyte": poured(JSON + b"content-length: 1000000000000000000\r\n\r\n", b" " * PIECE),
}
