"""The store in SQLite: one file for several processes of one machine, or memory."""

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Final, TypeVar

import anyio
import anyio.to_thread

from server.store.engine import EVENT, QUICK_SECONDS, Database, StoreError, UnknownVersion
from server.store.schema import migrations

T = TypeVar("T")

STORE: Final = "testdesk.sqlite3"
INBOX: Final = "inbox.sqlite3"
"""The file that held only events before there was a store."""
WAIT_SECONDS: Final = 5.0
"""How long a transaction waits for another process's."""
TABLES: Final = ("event", "address", "refusal", "fact")
"""What the older file holds."""


def default_file() -> Path:
    """The default location: the user's data directory."""
    from platformdirs import user_data_path

    return user_data_path("testdesk", appauthor=False) / STORE


class SqliteDatabase:
    """A transaction of SQLite."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, **values: Any) -> list[Sequence[Any]]:
        return self._connection.execute(statement, values).fetchall()

    def change(self, statement: str, **values: Any) -> int:
        return self._connection.execute(statement, values).rowcount

    def hint_arrival(self, topic: str = EVENT) -> None:
        """Nobody can be woken: who waits looks at the rows."""

    def versions(self) -> tuple[int, int]:
        return self._connection.execute("PRAGMA user_version").fetchone()[0], 0

    def silence(self, process: str) -> float | None:
        """Not recorded: the processes are of one machine, which knows whether they run."""


class SqliteEngine:
    """A database in a file that only its owner can read, opened on first use; without a file, in memory."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self._connection: sqlite3.Connection | None = None
        self._lock = Lock()

    def __del__(self) -> None:
        # A server that was built and never run closes nothing.
        if self._connection is not None:
            self._connection.close()

    @property
    def place(self) -> str:
        return "memory" if self.file is None else str(self.file)

    @property
    def exists(self) -> bool:
        if self.file is None or self._connection is not None:
            return True
        return self.file.exists() or _older(self.file).exists()

    @property
    def is_shared(self) -> bool:
        return self.file is not None

    async def run(self, work: Callable[[Database], T]) -> T:
        def in_thread() -> T:
            with self._lock:
                try:
                    return self._transaction(work)
                except (sqlite3.Error, OSError) as error:
                    raise StoreError(f"The store {self.place} cannot be used: {_reason(error)}.") from error

        # A cancelled caller must not leave a transaction open in the thread.
        with anyio.CancelScope(shield=True):
            result = await anyio.to_thread.run_sync(in_thread)
        return result  # noqa: RET504 - returning inside would make the scope's exit part of the type

    async def read(self, work: Callable[[Database], T]) -> T:
        return await self.run(work)

    async def quick(self, statement: str, **values: Any) -> list[Sequence[Any]]:
        def in_thread() -> list[Sequence[Any]]:
            try:
                with self._lock:
                    return self._transaction(lambda db: db.rows(statement, **values))
            except (sqlite3.Error, OSError) as error:
                raise StoreError(f"The store {self.place} cannot be used: {_reason(error)}.") from error

        if ":now" in statement:
            values["now"] = time.time()  # its processes have one clock
        with anyio.move_on_after(QUICK_SECONDS):
            return await anyio.to_thread.run_sync(in_thread, abandon_on_cancel=True)
        raise StoreError(f"The store {self.place} does not answer.")

    async def heard(self, seconds: float, topic: str = EVENT) -> None:
        await anyio.sleep(seconds)

    def _transaction(self, work: Callable[[Database], T]) -> T:
        if self._connection is None:
            self._connection = _open(self.file)
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(SqliteDatabase(connection))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result

    async def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def _open(file: Path | None) -> sqlite3.Connection:
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)  # bug reports are confidential
    db = sqlite3.connect(
        str(file) if file is not None else ":memory:",
        timeout=WAIT_SECONDS,
        check_same_thread=False,
        isolation_level=None,
    )
    try:
        _write_ahead(db)
        db.execute("PRAGMA synchronous = FULL")  # an acknowledged event survives a power cut
        older = None if file is None else _older(file)
        is_new = not db.execute("PRAGMA user_version").fetchone()[0]
        takes_over = is_new and older is not None and older.exists()
        if takes_over:
            db.execute("ATTACH DATABASE ? AS older", (str(older),))
        db.execute("BEGIN IMMEDIATE")  # two processes may open a new file at once
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(migrations()):
            raise UnknownVersion(f"The store {file} was made by a newer Testdesk; use that one.")
        for step in migrations()[version:]:
            for statement in step:
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {len(migrations())}")
        if takes_over and version == 0:
            _take_over(db)
        db.execute("COMMIT")
        if takes_over and older is not None:
            db.execute("DETACH DATABASE older")
            _set_aside(older)
    except BaseException:
        db.close()
        raise
    return db


def _older(file: Path) -> Path:
    """Where the file of events lies that a store at its default name takes over; any other takes over nothing."""
    return file.with_name(INBOX if file.name == STORE else f"{file.name}.none")


def _take_over(db: sqlite3.Connection) -> None:
    """Copy what the older file holds."""
    for table in TABLES:
        db.execute(f"INSERT INTO main.{table} SELECT * FROM older.{table}")  # noqa: S608 - our own names only


def _set_aside(older: Path) -> None:
    """Keep the older file under another name; another process may have done so already."""
    try:
        os.replace(older, older.with_name(f"{older.name}.bak"))
    except FileNotFoundError:
        return


def _write_ahead(db: sqlite3.Connection) -> None:
    """Turn on the write-ahead log; while another process does the same, SQLite reports busy without waiting."""
    for _ in range(100):
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            time.sleep(0.02)
        else:
            return
    db.execute("PRAGMA journal_mode = WAL")


def _reason(error: Exception) -> str:
    """Why it cannot be used, in the words of SQLite or the system, without a path."""
    return str(error.strerror or error) if isinstance(error, OSError) else str(error)
