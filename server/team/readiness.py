"""Whether this process should get requests: `/readyz`, for balancers and Kubernetes."""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import anyio
from anyio.abc import TaskGroup

from server.store.engine import Database, Engine, StoreError, UnknownVersion
from server.store.schema import migrations

logger = logging.getLogger(__name__)

FRESH_SECONDS: Final = 1.0
"""How long an answer of the store counts, so that probes are no load."""
PATIENCE_SECONDS: Final = 1.0
"""How long the store may take to answer."""

LEAVING: Final = "The process is stopping."
SILENT: Final = "The store did not answer within a second."
AWAY: Final = "The store cannot be used."
TOO_OLD: Final = "The store was not brought up to this version."
TOO_NEW: Final = "The store needs a newer version."


class Readiness:
    """Asks the store, at most once a second and without waiting for it longer than that."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tasks: TaskGroup | None = None
        self._asking: anyio.Event | None = None
        self._asked_at = float("-inf")
        self._store: str | None = SILENT

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Answer while inside."""
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            yield
            self._tasks = None

    async def store_problem(self) -> str | None:
        """What keeps the store from its work, without a secret or an address; None where nothing does."""
        if self._asking is None and time.monotonic() - self._asked_at < FRESH_SECONDS:
            return self._store
        if self._tasks is None:
            return LEAVING
        if self._asking is None:
            self._asking = anyio.Event()
            self._tasks.start_soon(self._ask, self._asking)
        with anyio.move_on_after(PATIENCE_SECONDS):
            # A transaction cannot be cancelled, so another task is in it; all probes wait for the same one.
            await self._asking.wait()
            return self._store
        return SILENT

    async def _ask(self, asked: anyio.Event) -> None:
        begun = time.monotonic()
        try:
            before, self._store = self._store, _judged(*await self._engine.read(_versions))
        except UnknownVersion:
            before, self._store = self._store, TOO_NEW
        except StoreError as error:
            before, self._store = self._store, AWAY
            if before != AWAY:
                logger.warning("not ready: %s", error)
        self._asked_at = time.monotonic()
        if self._store is None and self._asked_at - begun > PATIENCE_SECONDS:
            self._store = SILENT
        self._asking = None
        asked.set()


def _versions(db: Database) -> tuple[int, int]:
    return db.versions()


def _judged(version: int, oldest: int) -> str | None:
    known = len(migrations())
    return TOO_NEW if oldest > known else TOO_OLD if version < known else None
