"""Takes deliveries in a child process: `taking.py FILE CAP`.

Prints `ready`, waits for a line, takes and hands over one after another until nothing is due, and prints the items as
JSON; with the cap `stay` it takes two, prints them, and stays until its input ends.
"""

import json
import sys
import time
from pathlib import Path

import anyio

from server.store.deliveries import Deliveries
from tests.stores import store_at


async def take(file: Path, word: str) -> None:
    """Take until nothing is due."""
    queue, items = Deliveries(store_at(file)), list[str]()
    cap = None if word == "stay" else int(word)
    while taken := await queue.take(2, time.time(), cap=cap, since=time.time() - 3_600):
        items += [one.item for one in taken]
        if word == "stay":
            break
        for one in taken:
            await queue.done(one.platform, one.item, key="K", url="")
    print(json.dumps(items), flush=True)


def main() -> None:
    """Take once asked to."""
    print("ready", flush=True)
    sys.stdin.readline()
    anyio.run(take, Path(sys.argv[1]), sys.argv[2])
    if sys.argv[2] == "stay":
        sys.stdin.read()


if __name__ == "__main__":
    main()
