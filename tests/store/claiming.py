"""Claims a defect in a child process; `claiming.py FILE WHO`, where WHO may be empty.

Prints `ready`, waits for a line, claims, prints what stood in the way as JSON, and stays until its input ends.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import anyio

from server.store.handovers import StoredHandovers
from tests.stores import store_at

PLACE, MARKER = "https://git.example.com/shop", "testio-bug-88101"


def main() -> None:
    """Claim once."""
    handovers = StoredHandovers(store_at(Path(sys.argv[1])), who=sys.argv[2] or None)
    print("ready", flush=True)
    sys.stdin.readline()
    found = anyio.run(handovers.claim, PLACE, MARKER, {"title": "Coupons"})
    print(json.dumps(None if found is None else asdict(found)), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
