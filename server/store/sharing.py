"""What processes share towards the platforms, in the store: values of clients, the pace, and pauses."""

import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import anyio

from server.store.engine import Engine, StoreError
from server.store.processes import OWN
from tools.kit.errors import Refused
from tools.kit.sharing import MOST_REST

logger = logging.getLogger(__name__)

BEAT_SECONDS: Final = 1.0
"""How often a process looks what the others share."""
SEEN_SECONDS: Final = 15.0
"""How long a process counts that has not been heard of."""
VALUE_SECONDS: Final = 7 * 86_400.0
"""How long a value is kept that nobody removes."""
UNHEARD_SECONDS: Final = 5.0
"""How long requests do not ask the store for the pace after it did not answer."""

SLOT: Final = (
    "INSERT INTO pace (account, whole_at, rests_until) VALUES (:account, :now + :step, 0) "
    "ON CONFLICT (account) DO UPDATE SET whole_at = "
    "(CASE WHEN pace.whole_at > :now THEN pace.whole_at ELSE :now END) + :step RETURNING whole_at - :now"
)
"""The moment at which an account's allowance is whole again moves on by one request."""
REST: Final = (
    "INSERT INTO pace (account, whole_at, rests_until) VALUES (:account, 0, :now + :seconds) "
    "ON CONFLICT (account) DO UPDATE SET rests_until = :now + :seconds WHERE pace.rests_until < :now + :seconds"
)
RESTS: Final = "SELECT account, rests_until - :now FROM pace WHERE rests_until > :now"
BEAT: Final = (
    "INSERT INTO sharer (process, seen_at) VALUES (:process, :now) "
    "ON CONFLICT (process) DO UPDATE SET seen_at = excluded.seen_at"
)
COUNT: Final = "SELECT count(*) FROM sharer WHERE seen_at > :now - :seconds"


class StoredSharing:
    """Shares through the store; while it is away, each process keeps to its part and reads go on.

    How many processes there are is counted, unless the operator says it.
    """

    is_alone = False

    def __init__(self, engine: Engine, processes: int | None = None) -> None:
        self._engine, self._stated = engine, processes
        self.chores: list[Callable[[], Awaitable[None]]] = []
        """What else is to be done each time that it looks."""
        self._counted = 1
        self._rests: dict[str, float] = {}
        """Until when requests are held back, by this process's clock."""
        self._asks_again = self._forgets_at = 0.0
        # Two servers in one process are two processes to each other.
        self._name = f"{OWN}-{secrets.token_hex(4)}"

    @property
    def processes(self) -> int:
        return self._stated or self._counted

    async def value(self, name: str) -> str | None:
        rows = await self._asked("SELECT value FROM shared_value WHERE name = :name", name=name)
        return str(rows[0][0]) if rows else None

    async def put(self, name: str, value: str) -> None:
        await self._asked(
            "INSERT INTO shared_value (name, value, at) VALUES (:name, :value, :now) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at",
            name=name,
            value=value,
        )

    async def take(self, name: str) -> str | None:
        rows = await self._asked("DELETE FROM shared_value WHERE name = :name RETURNING value", name=name)
        return str(rows[0][0]) if rows else None

    async def slot(self, account: str, *, per_second: float, burst: float) -> float | None:
        now = time.monotonic()
        if now < self._asks_again:
            return None
        try:
            ((ahead,),) = await self._engine.quick(SLOT, account=account, step=1 / per_second)
        except StoreError as error:
            self._asks_again = now + UNHEARD_SECONDS
            logger.warning("the pace is not shared for now: %s", error)
            return None
        return max(0.0, float(ahead) - burst / per_second)

    async def rest(self, account: str, seconds: float) -> None:
        seconds = min(seconds, MOST_REST)
        self._hold(account, seconds)
        with suppress(StoreError):
            await self._engine.quick(REST, account=account, seconds=seconds)

    def resting(self, account: str) -> float:
        until = self._rests.get(account)
        return 0.0 if until is None else max(0.0, until - time.monotonic())

    async def follow(self) -> None:
        """Look what the other processes share, until cancelled; then this one does not count any more."""
        try:
            while True:
                with suppress(StoreError):
                    await self.look()
                await anyio.sleep(BEAT_SECONDS)
        finally:
            with anyio.CancelScope(shield=True), suppress(StoreError):
                await self._engine.quick("DELETE FROM sharer WHERE process = :process", process=self._name)

    async def look(self) -> None:
        """Say that this process is there, and take over what the others have found out.

        Raises:
            StoreError: when the store is away.
        """
        await self._engine.quick(BEAT, process=self._name)
        ((count,),) = await self._engine.quick(COUNT, seconds=SEEN_SECONDS)
        self._counted = max(1, int(count))
        for account, seconds in await self._engine.quick(RESTS):
            self._hold(account, float(seconds))
        for chore in self.chores:
            await chore()
        if time.monotonic() > self._forgets_at:
            self._forgets_at = time.monotonic() + 3_600
            await self._engine.quick("DELETE FROM shared_value WHERE at < :now - :old", old=VALUE_SECONDS)
            await self._engine.quick("DELETE FROM pace WHERE whole_at < :now - 3600 AND rests_until < :now")
            await self._engine.quick("DELETE FROM sharer WHERE seen_at < :now - 3600")

    def _hold(self, account: str, seconds: float) -> None:
        now = time.monotonic()
        for gone in [one for one, until in self._rests.items() if until <= now]:
            del self._rests[gone]
        self._rests[account] = max(self._rests.get(account, 0.0), now + seconds)

    async def _asked(self, statement: str, **values: Any) -> list[Sequence[Any]]:
        try:
            return await self._engine.quick(statement, **values)
        except StoreError as error:
            raise Refused(f"{error} What all processes share cannot be read without it. Nothing was sent.") from error
