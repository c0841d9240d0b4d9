"""A platform that takes its time: a bug, a product, a new feature, each after a fixed delay.

Prints its address on one line, and serves until its standard input ends.
"""

import argparse
import asyncio
import re
import sys

from tests.bench.documents import bug, rendered

PRODUCT = rendered({"product": {"id": 1, "name": "Harbour Web", "sections": []}})
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Platform:
    """Answers GET /bugs/{id}, GET /products/{id} and POST /features, and counts what it created."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._bugs: dict[bytes, bytes] = {}
        self.created = 0

    async def visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until its client leaves."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                method, target, _ = head.split(b" ", 2)
                if (length := LENGTH.search(head)) is not None:
                    await reader.readexactly(int(length[1]))
                if not target.startswith(b"/_"):
                    await asyncio.sleep(self._delay)
                body = self._answer(method, target)
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
                )
                writer.write(body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _answer(self, method: bytes, target: bytes) -> bytes:
        if target == b"/_created":
            return b"%d" % self.created
        if method == b"POST":
            self.created += 1
            return rendered({"feature": {"id": self.created, "title": "A feature", "description": "It is new."}})
        if target.startswith(b"/products/"):
            return PRODUCT
        if target not in self._bugs:
            self._bugs[target] = rendered({"bug": bug(int(target.rpartition(b"/")[2]))})
        return self._bugs[target]


async def serve(delay: float) -> None:
    """Listen on a free port of this machine until standard input ends."""
    server = await asyncio.start_server(Platform(delay).visit, "127.0.0.1", 0, backlog=1024)
    async with server:
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await asyncio.to_thread(sys.stdin.buffer.read)


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve an invented product on a free port of this machine.")
    parser.add_argument("--delay", type=float, default=0.05, help="seconds that each answer takes")
    asyncio.run(serve(parser.parse_args().delay))


if __name__ == "__main__":
    main()
