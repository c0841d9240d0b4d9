"""The store in SQLite: one file for several processes; nothing acknowledged is lost."""

import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import anyio.to_thread

from tools.kit.webhook import Counts, Event

T = TypeVar("T")

VERSION = 1
SCHEMA = """
CREATE TABLE event (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, item TEXT NOT NULL,
    received_at TEXT NOT NULL, times INTEGER NOT NULL DEFAULT 1, handled_at TEXT, document TEXT NOT NULL,
    UNIQUE (platform, kind, key)
);
CREATE INDEX event_item ON event (platform, item, number);
CREATE TABLE address (
    platform TEXT NOT NULL, digest BLOB NOT NULL, name TEXT NOT NULL, made_at TEXT NOT NULL,
    PRIMARY KEY (platform, digest)
);
CREATE TABLE refusal (reason TEXT PRIMARY KEY, times INTEGER NOT NULL);
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
NEWEST = (
    "number = (SELECT max(number) FROM event AS later "
    "WHERE later.platform = event.platform AND later.item = event.item)"
)
ROW = "number, kind, item, received_at, times, handled_at, document"


class UnknownVersion(Exception):
    """The file was written by a newer Testdesk; the text is for the operator."""


def default_file() -> Path:
    """The default location: the user's data directory."""
    from platformdirs import user_data_path

    return user_data_path("testdesk", appauthor=False) / "inbox.sqlite3"


class SqliteStore:
    """A store in a file that only its owner can read; opened on first use."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None
        self._lock = Lock()

    @property
    def is_there(self) -> bool:
        """Whether anybody has made the store yet; looking must not make it."""
        return self._file is None or self._connection is not None or self._file.exists()

    async def keep(self, platform: str, kind: str, key: str, item: str, document: Mapping[str, Any]) -> bool:
        text = json.dumps(document, ensure_ascii=False)

        def run(db: sqlite3.Connection) -> bool:
            done = db.execute(
                "INSERT INTO event (platform, kind, key, item, received_at, document) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                (platform, kind, key, item, _now(), text),
            )
            if done.rowcount:
                return True
            same = (platform, kind, key)
            db.execute("UPDATE event SET times = times + 1 WHERE platform = ? AND kind = ? AND key = ?", same)
            return False

        return await self._run(run)

    async def events(self, platform: str, *, handled: bool | None, limit: int, before: int | None) -> list[Event]:
        wanted = {None: "", True: "AND handled_at IS NOT NULL", False: "AND handled_at IS NULL"}[handled]
        query = (
            f"SELECT {ROW} FROM event WHERE platform = ? AND {NEWEST} {wanted} "  # noqa: S608 - our own words only
            "AND (? IS NULL OR number < ?) ORDER BY number DESC LIMIT ?"
        )
        return await self._run(lambda db: [_event(row) for row in db.execute(query, (platform, before, before, limit))])

    async def newest(self, platform: str, item: str) -> Event | None:
        query = f"SELECT {ROW} FROM event WHERE platform = ? AND item = ? ORDER BY number DESC LIMIT 1"  # noqa: S608
        row = await self._run(lambda db: db.execute(query, (platform, item)).fetchone())
        return _event(row) if row is not None else None

    async def mark(self, platform: str, items: Sequence[str], *, handled: bool) -> list[str]:
        def run(db: sqlite3.Connection) -> list[str]:
            found = []
            for item in items:
                # Marking twice keeps the first time.
                when = "coalesce(handled_at, ?)" if handled else "nullif(?, ?)"
                values = (_now(),) if handled else ("", "")
                done = db.execute(
                    f"UPDATE event SET handled_at = {when} WHERE platform = ? AND item = ?",  # noqa: S608 - our own words
                    (*values, platform, item),
                )
                if done.rowcount:
                    found.append(item)
            return found

        return await self._run(run)

    async def refuse(self, reason: str, times: int = 1) -> None:
        query = "INSERT INTO refusal VALUES (?, ?) ON CONFLICT (reason) DO UPDATE SET times = times + excluded.times"
        await self._run(lambda db: db.execute(query, (reason, times)).rowcount)

    async def counts(self, platform: str) -> Counts:
        def run(db: sqlite3.Connection) -> Counts:
            query = f"SELECT handled_at IS NULL, count(*) FROM event WHERE platform = ? AND {NEWEST} GROUP BY 1"  # noqa: S608
            counts = dict(db.execute(query, (platform,)).fetchall())
            return Counts(counts.get(1, 0), counts.get(0, 0), dict(db.execute("SELECT reason, times FROM refusal")))

        return await self._run(run)

    async def add_address(self, platform: str, digest: bytes, name: str) -> None:
        values = (platform, digest, name, _now())
        await self._run(lambda db: db.execute("INSERT INTO address VALUES (?, ?, ?, ?)", values).rowcount)

    async def remove_address(self, platform: str, digest: bytes) -> bool:
        query = "DELETE FROM address WHERE platform = ? AND digest = ?"
        return await self._run(lambda db: db.execute(query, (platform, digest)).rowcount > 0)

    async def addresses(self, platform: str) -> list[bytes]:
        query = "SELECT digest FROM address WHERE platform = ?"
        return await self._run(lambda db: [bytes(row[0]) for row in db.execute(query, (platform,))])

    async def say(self, name: str, value: str) -> None:
        await self._run(lambda db: db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value)).rowcount)

    async def said(self, name: str) -> str | None:
        row = await self._run(lambda db: db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone())
        return str(row[0]) if row is not None else None

    async def arrived_since(self, number: int) -> tuple[int, list[tuple[str, str]]]:
        def run(db: sqlite3.Connection) -> tuple[int, list[tuple[str, str]]]:
            rows = db.execute("SELECT number, platform, item FROM event WHERE number > ? ORDER BY number", (number,))
            came = rows.fetchall()
            return (came[-1][0] if came else number), [(platform, item) for _, platform, item in came]

        return await self._run(run)

    async def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run one transaction in a thread; it is on disk when this returns."""

        def in_thread() -> T:
            with self._lock:
                if self._connection is None:
                    self._connection = _open(self._file)
                with self._connection:
                    return work(self._connection)

        # A cancelled caller must not leave a transaction open in the thread.
        with anyio.CancelScope(shield=True):
            result = await anyio.to_thread.run_sync(in_thread)
        return result  # noqa: RET504 - returning inside would make the scope's exit part of the type


def _open(file: Path | None) -> sqlite3.Connection:
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)  # bug reports are confidential
    db = sqlite3.connect(str(file) if file is not None else ":memory:", timeout=10, check_same_thread=False)
    _write_ahead(db)
    db.execute("PRAGMA synchronous = FULL")  # an acknowledged event survives a power cut
    with db:
        db.execute("BEGIN IMMEDIATE")  # two processes may open a new file at once
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            for statement in filter(str.strip, SCHEMA.split(";")):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")
    if version <= VERSION:
        return db
    db.close()
    raise UnknownVersion(f"The inbox at {file} was made by a newer Testdesk; use that one.")


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


def _event(row: Sequence[Any]) -> Event:
    number, kind, item, received_at, times, handled_at, document = row
    return Event(
        number=number,
        kind=kind,
        item=item,
        received_at=datetime.fromisoformat(received_at),
        times=times,
        handled_at=datetime.fromisoformat(handled_at) if handled_at else None,
        document=json.loads(document),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
