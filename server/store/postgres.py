"""The store in PostgreSQL, for several machines; writers are one after another, as in SQLite."""

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import Any, Final, TypeVar

import anyio
import anyio.to_thread
import psycopg
from anyio.lowlevel import RunVar

from server.store.engine import EVENT, QUICK_SECONDS, Database, StoreError
from server.store.postgres_address import Address
from server.store.postgres_ear import HINT, Ear
from server.store.postgres_schema import BEGIN_READ, BEGIN_WRITE, SILENCE, VERSIONS, Connection, connected, migrate
from server.store.postgres_sql import storable, translated

T = TypeVar("T")

MOST_CONNECTIONS: Final = 4
MOST_WAITING: Final = 16
"""Threads that wait for arrivals: one for each topic of each store, or the others would hear late."""
AWAY_SECONDS: Final = 1.0
"""How long nobody tries again after a connection could not be made."""
CLOCK: Final = "CAST(extract(epoch FROM clock_timestamp()) AS DOUBLE PRECISION)"
LOOK_SECONDS: Final = 5.0
"""How often the rows are looked at while arrivals are heard."""

_limiter: Final[RunVar[anyio.CapacityLimiter]] = RunVar("testdesk_store")
_alone: Final[RunVar[anyio.CapacityLimiter]] = RunVar("testdesk_alone")
"""Statements by themselves do not wait for the threads of those who wait for the writers' lock."""
_ears: Final[RunVar[anyio.CapacityLimiter]] = RunVar("testdesk_ears")


class PostgresDatabase:
    """A transaction of PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, **values: Any) -> list[Sequence[Any]]:
        cursor = self._execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []

    def change(self, statement: str, **values: Any) -> int:
        return self._execute(statement, values).rowcount

    def hint_arrival(self, topic: str = EVENT) -> None:
        self._connection.execute(HINT, (topic,))

    def versions(self) -> tuple[int, int]:
        ((version, oldest),) = self._connection.execute(VERSIONS).fetchall()
        return int(version), int(oldest)

    def silence(self, process: str) -> float | None:
        rows = self._connection.execute(SILENCE, (process,)).fetchall()
        return float(rows[0][0]) if rows else None

    def _execute(self, statement: str, values: dict[str, Any]) -> psycopg.Cursor[tuple[Any, ...]]:
        given = {name: storable(value) for name, value in values.items()}
        return self._connection.execute(translated(statement), given)


class PostgresEngine:
    """A database of a PostgreSQL server, connected to on first use and again whenever a connection was lost."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._idle: list[Connection] = []
        self._lock, self._preparing = Lock(), Lock()
        self._is_prepared = False
        self._away: tuple[float, str] | None = None
        self._ear: Ear | None = None
        self._heard: dict[str, int] = {}
        self._process = os.getpid()

    def __del__(self) -> None:
        # A server that was built and never run closes nothing.
        if getattr(self, "_process", None) == os.getpid():
            self._close()

    @property
    def place(self) -> str:
        return self._address.place

    @property
    def exists(self) -> bool:
        """Always: whoever named the database has made it."""
        return True

    @property
    def is_shared(self) -> bool:
        return True

    async def run(self, work: Callable[[Database], T]) -> T:
        return await self._in_thread(partial(self._transaction, work, BEGIN_WRITE))

    async def read(self, work: Callable[[Database], T]) -> T:
        return await self._in_thread(partial(self._transaction, work, BEGIN_READ))

    async def quick(self, statement: str, **values: Any) -> list[Sequence[Any]]:
        def in_thread() -> list[Sequence[Any]]:
            try:
                return self._alone(statement.replace(":now", CLOCK), values)
            except (psycopg.Error, OSError) as error:
                raise StoreError(f"The store {self.place} cannot be used: {_reason(error)}.") from error

        with anyio.move_on_after(QUICK_SECONDS):
            limiter = _limiter_of(_alone)
            return await anyio.to_thread.run_sync(in_thread, abandon_on_cancel=True, limiter=limiter)
        raise StoreError(f"The store {self.place} does not answer.")

    async def heard(self, seconds: float, topic: str = EVENT) -> None:
        ear = self._ear
        if ear is None:
            await anyio.sleep(seconds)
            return
        wait = partial(ear.wait, topic, self._heard.get(topic, 0), LOOK_SECONDS if ear.is_listening else seconds)
        limiter = _limiter_of(_ears, MOST_WAITING)
        self._heard[topic] = await anyio.to_thread.run_sync(wait, abandon_on_cancel=True, limiter=limiter)

    async def close(self) -> None:
        await anyio.to_thread.run_sync(self._close)

    async def _in_thread(self, transaction: Callable[[], T]) -> T:
        def in_thread() -> T:
            try:
                return transaction()
            except (psycopg.Error, OSError) as error:
                raise StoreError(f"The store {self.place} cannot be used: {_reason(error)}.") from error

        # A cancelled caller must not leave a transaction open in the thread. Whoever waits for a connection waits
        # outside of the threads, which others need as well.
        with anyio.CancelScope(shield=True):
            result = await anyio.to_thread.run_sync(in_thread, limiter=_limiter_of(_limiter))
        return result  # noqa: RET504 - returning inside would make the scope's exit part of the type

    def _transaction(self, work: Callable[[Database], T], begin: str) -> T:
        connection = self._begun(begin)
        with contextlib.ExitStack() as unless_done:
            unless_done.callback(self._give_up, connection)
            result = work(PostgresDatabase(connection))
            ended = connection.execute("COMMIT").statusmessage
            if ended != "COMMIT":  # a statement had failed, and the work went on
                raise psycopg.DatabaseError("a statement of a transaction failed")
            unless_done.pop_all()
        self._put(connection)
        return result

    def _alone(self, statement: str, values: dict[str, Any]) -> list[Sequence[Any]]:
        """Run a statement outside of any transaction, and so outside of the writers' lock."""
        while True:
            connection, is_new = self._take()
            with contextlib.ExitStack() as unless_done:
                unless_done.callback(connection.close)
                try:
                    rows = PostgresDatabase(connection).rows(statement, **values)
                except psycopg.OperationalError:
                    if is_new or not connection.closed:
                        raise
                    continue  # it was lost while it was idle
                unless_done.pop_all()
            self._put(connection)
            return rows

    def _begun(self, begin: str) -> Connection:
        """A connection in a new transaction; one that was lost while it was idle is replaced."""
        while True:
            connection, is_new = self._take()
            try:
                connection.execute(begin)
            except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled):
                connection.close()
                raise
            except psycopg.Error:
                connection.close()
                if is_new:
                    raise
                continue  # it was lost, or its server cannot be written any more; nothing had begun
            return connection

    def _take(self) -> tuple[Connection, bool]:
        with self._lock:
            if self._idle:
                return self._idle.pop(), False
        return self._connect(), True

    def _connect(self) -> Connection:
        away = self._away
        if away is not None and time.monotonic() < away[0]:
            raise psycopg.OperationalError(away[1])
        try:
            connection = connected(self._address.parameters)
        except psycopg.Error as error:
            self._away = (time.monotonic() + AWAY_SECONDS, str(error))
            raise
        self._away = None
        with contextlib.ExitStack() as unless_ready:
            unless_ready.callback(connection.close)
            self._prepare(connection)
            unless_ready.pop_all()
        return connection

    def _prepare(self, connection: Connection) -> None:
        with self._preparing:
            if not self._is_prepared:
                try:
                    migrate(connection)
                except StoreError as error:
                    raise type(error)(f"The store {self.place} cannot be used: {error}.") from error
                self._is_prepared = True
            if self._ear is None:
                self._ear = Ear(self._address.parameters)

    def _put(self, connection: Connection) -> None:
        with self._lock:
            if len(self._idle) < MOST_CONNECTIONS:
                self._idle.append(connection)
                return
        connection.close()

    def _give_up(self, connection: Connection) -> None:
        """End a transaction that failed; a connection that is not certainly as new is closed."""
        if not connection.closed:
            with contextlib.suppress(psycopg.Error):
                connection.execute("ROLLBACK")
                self._put(connection)
                return
        connection.close()

    def _close(self) -> None:
        ear, self._ear = self._ear, None
        if ear is not None:
            ear.close()
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


def _limiter_of(variable: RunVar[anyio.CapacityLimiter], most: int = MOST_CONNECTIONS) -> anyio.CapacityLimiter:
    """The limit of this event loop; a command may run several, one after another."""
    try:
        return variable.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(most)
        variable.set(limiter)
        return limiter


def _reason(error: Exception) -> str:
    """Why it cannot be used, in the words of the server or the driver, in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(".") if lines else type(error).__name__
