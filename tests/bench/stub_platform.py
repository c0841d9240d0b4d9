"""A platform in a process of its own: a bug at once, a page of the list after a fixed delay, nothing else.

Prints its address on one line, and serves until its standard input ends, so that it never outlives who started it.
"""

import argparse
import asyncio
import sys
from email.utils import formatdate
from urllib.parse import parse_qs, urlsplit

from tests.bench.documents import bug, pages, rendered

PAGE = 500
"""The page size of the list, whatever is asked for; every document is made before the first request."""


class Platform:
    """Answers GET /bugs/{id} and GET /bugs?page=."""

    def __init__(self, rows: int, delay: float) -> None:
        self._pages, self._delay = pages(rows, PAGE), delay
        self._bugs: dict[int, bytes] = {}

    async def visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until its client leaves."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.writelines(await self._answer(head.split(b" ", 2)[1].decode("ascii")))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client has left, or we are to leave
        finally:
            writer.close()

    async def _answer(self, target: str) -> tuple[bytes, bytes]:
        address = urlsplit(target)
        match address.path.strip("/").split("/"):
            case ["bugs"]:
                await asyncio.sleep(self._delay)
                page = int(parse_qs(address.query).get("page", ["1"])[0])
                return _framed(200, self._pages[page - 1] if page <= len(self._pages) else b'{"meta":{},"bugs":[]}')
            case ["bugs", number] if number.isdecimal():
                return _framed(200, self._one(int(number)))
        return _framed(404, b'{"error":"Not found"}')

    def _one(self, number: int) -> bytes:
        if number not in self._bugs:
            self._bugs[number] = rendered({"bug": bug(number)})
        return self._bugs[number]


def _framed(status: int, body: bytes) -> tuple[bytes, bytes]:
    head = (
        f"HTTP/1.1 {status} {'OK' if status == 200 else 'Not Found'}\r\n"
        f"content-type: application/json; charset=utf-8\r\ndate: {formatdate(usegmt=True)}\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii"), body


async def serve(rows: int, delay: float) -> None:
    """Listen on a free port of this machine until standard input ends."""
    server = await asyncio.start_server(Platform(rows, delay).visit, "127.0.0.1", 0)
    async with server:
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await asyncio.to_thread(sys.stdin.buffer.read)


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve invented bugs on a free port of this machine.")
    parser.add_argument("--rows", type=int, default=10_000, help="bugs in the list")
    parser.add_argument("--delay", type=float, default=0.05, help="seconds that a page takes")
    asked = parser.parse_args()
    asyncio.run(serve(asked.rows, asked.delay))


if __name__ == "__main__":
    main()
