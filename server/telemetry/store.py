"""The store as it is, with the duration of each transaction and a count of those that failed."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from server.store.engine import EVENT, Database, Engine, StoreError
from server.telemetry.telemetry import Telemetry

T = TypeVar("T")
Run = Callable[[Callable[[Database], T]], Awaitable[T]]


class FollowedEngine:
    """An engine, followed."""

    def __init__(self, engine: Engine, telemetry: Telemetry) -> None:
        self._engine, self._telemetry = engine, telemetry

    def __getattr__(self, name: str) -> Any:
        """What one engine has and another does not."""
        return getattr(self._engine, name)

    @property
    def place(self) -> str:
        return self._engine.place

    @property
    def exists(self) -> bool:
        return self._engine.exists

    @property
    def is_shared(self) -> bool:
        return self._engine.is_shared

    async def run(self, work: Callable[[Database], T]) -> T:
        return await self._follow("write", self._engine.run, work)

    async def read(self, work: Callable[[Database], T]) -> T:
        return await self._follow("read", self._engine.read, work)

    async def _follow(self, kind: str, run: Run[T], work: Callable[[Database], T]) -> T:
        try:
            with self._telemetry.transaction(kind):
                result = await run(work)
        except StoreError:
            self._telemetry.store_answered(is_well=False)
            raise
        self._telemetry.store_answered(is_well=True)
        return result

    async def quick(self, statement: str, **values: Any) -> list[Sequence[Any]]:
        return await self._engine.quick(statement, **values)

    async def heard(self, seconds: float, topic: str = EVENT) -> None:
        await self._engine.heard(seconds, topic)

    async def close(self) -> None:
        await self._engine.close()
