"""A receiver that can be held between two moments, so that a test can kill it exactly there.

`stalling.py FILE MOMENT`: MOMENT is `before` (nothing is kept yet), `after` (kept, not yet acknowledged) or `never`.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio

from server.inbox.events import EventStore
from server.inbox.serve import run_inbox
from tests.stores import store_at
from tools.platforms import PLATFORMS


class Stalling(EventStore):
    """Says where it is on stderr, and stays there."""

    moment = "never"

    async def keep(self, platform: str, kind: str, key: str, item: str, document: Mapping[str, Any]) -> bool:
        if self.moment == "before":
            await self._stay()
        is_new = await super().keep(platform, kind, key, item, document)
        if self.moment == "after":
            await self._stay()
        return is_new

    async def _stay(self) -> None:
        print(f"stalled {self.moment}", file=sys.stderr, flush=True)
        await anyio.sleep_forever()


async def main() -> None:
    store = Stalling(store_at(Path(sys.argv[1])))
    store.moment = sys.argv[2]
    await run_inbox(PLATFORMS, store, host="127.0.0.1", port=0, public_url=None)


if __name__ == "__main__":
    anyio.run(main)
