"""Faults of a connection: it ends, stalls or dribbles, at every place between two requests."""

import asyncio
from typing import Final

from tests.faults.proxy import Answer, Exchange, Fault

SHORT: Final = 0.01
"""Seconds between two pieces of what dribbles."""


def half(data: bytes) -> bytes:
    return data[: max(1, len(data) // 2)]


def whole(answer: Answer) -> bytes:
    return answer.head() + answer.body


async def _end(exchange: Exchange, *, reset: bool) -> bool:
    if reset:
        await asyncio.sleep(SHORT)  # what was sent is not lost with the reset
        exchange.reset()
    return False


def ends_unanswered(*, is_carried_out: bool, reset: bool) -> Fault:
    """The connection ends after the request was read, without a byte."""

    async def fault(exchange: Exchange) -> bool:
        await (exchange.carry_out() if is_carried_out else exchange.body())
        return await _end(exchange, reset=reset)

    return fault


def ends_in(place: str, *, reset: bool) -> Fault:
    """The connection ends inside the first line, the headers or the body of a response."""

    async def fault(exchange: Exchange) -> bool:
        answer = await exchange.carry_out()
        head, body = answer.head(length=len(answer.body) + 7), answer.body
        sent = {
            "first line": answer.status[:9],
            "headers": half(head),
            "empty line": head[:-2],
            "body": head + half(body),
            "last byte": head + body,
            "before the body": head,
        }[place]
        await exchange.send(sent)
        return await _end(exchange, reset=reset)

    return fault


async def cut_in_chunks(exchange: Exchange) -> bool:
    answer = await exchange.carry_out()
    await exchange.send(answer.head(without=frozenset({b"content-length"}), transfer_encoding="chunked"))
    piece = half(answer.body or b"{}")
    await exchange.send(b"%x\r\n%s\r\n" % (len(piece), piece))
    return False


async def half_closed_without_an_answer(exchange: Exchange) -> bool:
    """The platform's side is closed, the client's is still read."""
    await exchange.carry_out()
    exchange.writer.write_eof()
    await exchange.reader.read()
    return False


async def garbage_for_an_answer(exchange: Exchange) -> bool:
    await exchange.carry_out()
    await exchange.send(b"\x16\x03\x01\x00\xa5\x01\x00\x00 no protocol of ours\r\n\r\n")
    return False


def first_line(line: bytes) -> Fault:
    async def fault(exchange: Exchange) -> bool:
        answer = await exchange.carry_out()
        await exchange.send(line + answer.head().partition(b"\r\n")[2].join([b"\r\n", b""]) + answer.body)
        return False

    return fault


def with_headers(raw: bytes) -> Fault:
    """The response with more headers than it should have."""

    async def fault(exchange: Exchange) -> bool:
        answer = await exchange.carry_out()
        head = answer.head()
        await exchange.send(head[:-2] + raw + b"\r\n" + answer.body)
        return False

    return fault


def framed(headers: bytes, *, cut: int | None = None) -> Fault:
    """The response with these headers in place of its length."""

    async def fault(exchange: Exchange) -> bool:
        answer = await exchange.carry_out()
        head = answer.head(without=frozenset({b"content-length"}))
        await exchange.send(head[:-2] + headers + b"\r\n" + answer.body[:cut])
        return False

    return fault


async def longer_than_announced_length(exchange: Exchange) -> bool:
    answer = await exchange.carry_out()
    await exchange.send(answer.head(length=len(answer.body) + 100) + answer.body)
    return False


BROKEN: Final[dict[str, Fault]] = {
    "closed after the request": ends_unanswered(is_carried_out=False, reset=False),
    "reset after the request": ends_unanswered(is_carried_out=False, reset=True),
    "closed after it was carried out": ends_unanswered(is_carried_out=True, reset=False),
    "reset after it was carried out": ends_unanswered(is_carried_out=True, reset=True),
    **{f"closed in the {place}": ends_in(place, reset=False) for place in ("first line", "headers", "body")},
    **{f"reset in the {place}": ends_in(place, reset=True) for place in ("first line", "headers", "body")},
    "closed before the empty line": ends_in("empty line", reset=False),
    "closed before the body": ends_in("before the body", reset=False),
    "reset after the last byte of a body announced as longer": ends_in("last byte", reset=True),
    "a length that is too long": longer_than_announced_length,
    "chunks without an end": cut_in_chunks,
    "half-closed without an answer": half_closed_without_an_answer,
    "garbage in place of an answer": garbage_for_an_answer,
    "a first line without a status": first_line(b"HTTP/1.1 OK"),
    "a status of two digits": first_line(b"HTTP/1.1 20 OK"),
    "another protocol": first_line(b"ICY 200 OK"),
    "a header of 200 kB": with_headers(b"x-long: " + b"x" * 200_000 + b"\r\n"),
    "20,000 headers": with_headers(b"x-more: 1\r\n" * 20_000),
    "a header without a name": with_headers(b": nameless\r\n"),
    "a header with a zero byte": with_headers(b"x-odd: a\0b\r\n"),
    "a negative length": framed(b"content-length: -5\r\n"),
    "a length in words": framed(b"content-length: many\r\n"),
    "two different lengths": framed(b"content-length: 3\r\ncontent-length: 4\r\n"),
    "a chunk of no size": framed(b"transfer-encoding: chunked\r\n"),
    "an unknown transfer encoding": framed(b"transfer-encoding: rot13\r\n"),
}


async def silent(exchange: Exchange) -> bool:
    """The request is carried out, and nothing is answered."""
    await exchange.carry_out()
    await exchange.reader.read()
    return False


async def silent_unread(exchange: Exchange) -> bool:
    """The request is read and not carried out, and nothing is answered."""
    await exchange.body()
    await exchange.reader.read()
    return False


def dribbles(start: bytes, piece: bytes) -> Fault:
    """A response that goes on for ever, a little at a time, so that no single read takes long."""

    async def fault(exchange: Exchange) -> bool:
        await exchange.carry_out()
        await exchange.send(start)
        while not exchange.writer.is_closing():
            await exchange.send(piece)
            await asyncio.sleep(SHORT)
        return False

    return fault


async def silent_in_the_body(exchange: Exchange) -> bool:
    answer = await exchange.carry_out()
    await exchange.send(answer.head(length=len(answer.body) + 7) + answer.body)
    await exchange.reader.read()
    return False


SILENT: Final[dict[str, Fault]] = {
    "silence after it was carried out": silent,
    "silence after the request": silent_unread,
    "silence in the body": silent_in_the_body,
}
JSON: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
ENDLESS: Final[dict[str, Fault]] = {
    "a body that dribbles for ever": dribbles(JSON + b'content-length: 900000\r\n\r\n{"a": "', b"a"),
    "chunks that dribble for ever": dribbles(JSON + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "headers that dribble for ever": dribbles(JSON, b"x-more: 1\r\n"),
    "100 Continue for ever": dribbles(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


async def late(exchange: Exchange) -> bool:
    await asyncio.sleep(5 * SHORT)
    await exchange.send(whole(await exchange.carry_out()))
    return True


async def dribbled(exchange: Exchange) -> bool:
    """The whole response, in many pieces."""
    data = whole(await exchange.carry_out())
    size = max(1, len(data) // 50)
    for at in range(0, len(data), size):
        await exchange.send(data[at : at + size])
        await asyncio.sleep(SHORT / 10)
    return True


async def in_small_chunks(exchange: Exchange) -> bool:
    answer = await exchange.carry_out()
    size = max(1, len(answer.body) // 2000)
    pieces = [answer.body[at : at + size] for at in range(0, len(answer.body), size)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    head = answer.head(without=frozenset({b"content-length"}), transfer_encoding="chunked")
    await exchange.send(head + chunks + b"0\r\n\r\n")
    return True


def after(first: bytes) -> Fault:
    """An informational response before the real one."""

    async def fault(exchange: Exchange) -> bool:
        await exchange.send(first)
        await exchange.send(whole(await exchange.carry_out()))
        return True

    return fault


async def closed_once_answered(exchange: Exchange) -> bool:
    """A connection that promises to stay open, and is closed as the next request may already be on its way."""
    await exchange.send(whole(await exchange.carry_out()))
    return False


async def reset_once_answered(exchange: Exchange) -> bool:
    await exchange.send(whole(await exchange.carry_out()))
    return await _end(exchange, reset=True)


async def half_closed_once_answered(exchange: Exchange) -> bool:
    await exchange.send(whole(await exchange.carry_out()))
    exchange.writer.write_eof()
    await exchange.reader.read()
    return False


async def an_old_protocol(exchange: Exchange) -> bool:
    """HTTP/1.0: the end of the connection is the end of the body."""
    answer = await exchange.carry_out()
    head = answer.head(without=frozenset({b"content-length"}))
    await exchange.send(head.replace(b"HTTP/1.1", b"HTTP/1.0", 1) + answer.body)
    return False


async def bare_line_ends(exchange: Exchange) -> bool:
    answer = await exchange.carry_out()
    await exchange.send(answer.head().replace(b"\r\n", b"\n") + answer.body)
    return True


async def more_than_was_announced(exchange: Exchange) -> bool:
    """Bytes that belong to no response, on a connection that stays open."""
    await exchange.send(whole(await exchange.carry_out()) + b'{"more": true}')
    return True


HARMLESS: Final[dict[str, Fault]] = {
    "latency": late,
    "a response in fifty pieces": dribbled,
    "thousands of chunks": in_small_chunks,
    "100 Continue before the answer": after(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "102 Processing before the answer": after(b"HTTP/1.1 102 Processing\r\n\r\n" * 3),
    "103 Early Hints before the answer": after(b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n"),
    "closed once answered": closed_once_answered,
    "reset once answered": reset_once_answered,
    "half-closed once answered": half_closed_once_answered,
    "HTTP/1.0": an_old_protocol,
    "bare line ends": bare_line_ends,
    "more than was announced": more_than_was_announced,
}
