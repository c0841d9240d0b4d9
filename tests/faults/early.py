"""Faults of the request's side: its body is not read, read slowly, or answered before it was read."""

import asyncio
from typing import Final

from tests.faults.connections import SHORT, whole
from tests.faults.proxy import PIECE, Answer, Exchange, Fault, headers_of


def unread(*, reset: bool) -> Fault:
    """The connection ends after the headers of the request."""

    async def fault(exchange: Exchange) -> bool:
        if reset:
            exchange.reset()
        return False

    return fault


async def hung_up_in_the_body(exchange: Exchange) -> bool:
    """The connection ends after a part of the body was read, if there is one."""
    if length_of(exchange):
        await exchange.reader.read(1)
    exchange.reset()
    return False


UNREAD: Final[dict[str, Fault]] = {
    "closed after the headers of the request": unread(reset=False),
    "reset after the headers of the request": unread(reset=True),
}


async def never_reads(exchange: Exchange) -> bool:
    """The connection stays open, and nothing more is read from it."""
    exchange.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's transport has it
    await asyncio.Event().wait()
    return False


def length_of(exchange: Exchange) -> int:
    return int(headers_of(exchange.head).get(b"content-length", b"0"))


async def slow_reader(exchange: Exchange) -> bool:
    """The body of a request is read in pieces with pauses."""
    pieces, left = [], length_of(exchange)
    while left:
        piece = await exchange.reader.read(min(left, 4 * PIECE))
        left -= len(piece)
        pieces.append(piece)
        await asyncio.sleep(SHORT)
    exchange.read_already = b"".join(pieces)
    await exchange.send(whole(await exchange.carry_out()))
    return True


def answers_early(line: str, *, reads_on: bool = False, stays: bool = False) -> Fault:
    """A response to the headers of a request, before its body was read."""

    async def fault(exchange: Exchange) -> bool:
        answer = Answer(f"HTTP/1.1 {line}".encode(), ((b"content-type", b"application/json"),), b'{"error": "no"}')
        await exchange.send(whole(answer))
        if reads_on:
            await exchange.body()
        if stays:
            await never_reads(exchange)
        return reads_on

    return fault


REFUSED_EARLY: Final[dict[str, Fault]] = {
    f"{line} before the body was read, {how}": answers_early(line, reads_on=how == "which then is")
    for line in ("413 Too Large", "401 Unauthorized")
    for how in ("then closed", "which then is")
}
