"""The store in SQLite: one file, taken over from the older one, and honest when it cannot be used."""

import sqlite3
import stat
from pathlib import Path

import pytest

from server.inbox.events import EventStore
from server.store import sqlite
from server.store.engine import Database, StoreError
from server.store.place import open_store
from server.store.schema import migrations
from server.store.sqlite import SqliteEngine

pytestmark = pytest.mark.anyio


def older_inbox(folder: Path) -> Path:
    """A file of events as it was before there was a store."""
    file = folder / "inbox.sqlite3"
    with sqlite3.connect(file) as db:
        db.executescript(";".join(migrations()[0]))
        db.execute("PRAGMA user_version = 1")
        db.execute("INSERT INTO fact VALUES ('public_url', 'https://qa.example.com')")
    db.close()
    return file


async def test_the_older_file_of_events_is_taken_over_once_and_set_aside(tmp_path: Path) -> None:
    older = older_inbox(tmp_path)
    for _ in range(2):
        store = EventStore(SqliteEngine(tmp_path / "testdesk.sqlite3"))
        assert store.is_there
        assert await store.said("public_url") == "https://qa.example.com"
        await store.close()
    assert not older.exists()
    assert older.with_name("inbox.sqlite3.bak").exists()


async def test_a_file_of_events_that_is_named_stays_where_it_is(tmp_path: Path) -> None:
    older = older_inbox(tmp_path)
    store = EventStore(SqliteEngine(older))
    assert await store.said("public_url") == "https://qa.example.com"
    await store.close()
    assert older.exists()


async def test_a_store_of_each_earlier_version_keeps_its_rows(tmp_path: Path) -> None:
    for version in range(1, len(migrations())):
        file = tmp_path / f"{version}.sqlite3"
        with sqlite3.connect(file) as db:
            db.executescript(";".join(statement for step in migrations()[:version] for statement in step))
            db.execute(f"PRAGMA user_version = {version}")
            db.execute("INSERT INTO fact VALUES ('public_url', 'https://qa.example.com')")
            if version >= 2:
                db.execute("INSERT INTO ledger VALUES (1, 'a', 0, '{}', 'x')")
            if version >= 3:
                db.execute(
                    "INSERT INTO approval (number, binding, words, principal, tool, account, asked_at, expires_at, "
                    "state, client) VALUES ('A', 'b', 'Delete it?', 'mara', 't', 'default', 0, 1, 'pending', 'host')"
                )
        db.close()
        engine = SqliteEngine(file)

        def counted(db: Database) -> list[int]:
            tables = ("fact", "ledger", "approval", "handover", "delivery")
            return [db.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables]

        assert await engine.run(counted) == [1, int(version >= 2), int(version >= 3), 0, 0], version
        assert await engine.run(lambda db: db.rows("PRAGMA user_version")) == [(len(migrations()),)]
        await engine.close()


async def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    engine = SqliteEngine(tmp_path / "store.sqlite3")

    def half(db: Database) -> None:
        db.change("INSERT INTO fact VALUES ('a', 'b')")
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        await engine.run(half)
    assert await engine.run(lambda db: db.rows("SELECT * FROM fact")) == []
    assert stat.S_IMODE((tmp_path / "store.sqlite3").stat().st_mode) == 0o600
    await engine.close()


@pytest.mark.parametrize("spoil", ["folder", "garbage", "locked"])
async def test_a_store_that_cannot_be_used_says_where_and_why(
    tmp_path: Path, spoil: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "WAIT_SECONDS", 0.05)
    file = tmp_path / "store.sqlite3"
    engine = SqliteEngine(file)
    holder: sqlite3.Connection | None = None
    if spoil == "folder":
        engine = SqliteEngine(tmp_path / "store.sqlite3" / "below.sqlite3")
        file.write_text("no folder")
    elif spoil == "garbage":
        file.write_bytes(b"no database at all, but long enough to be read as one" * 50)
    else:
        await engine.run(lambda db: db.rows("SELECT 1"))
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"The store .*store\.sqlite3.* cannot be used: \w+"):
        await engine.run(lambda db: db.rows("SELECT 1"))
    if holder is not None:
        holder.close()
        assert await engine.run(lambda db: db.rows("SELECT 1")) == [(1,)]
    await engine.close()


def test_a_sandbox_keeps_its_acts_in_memory_unless_a_file_is_named(tmp_path: Path) -> None:
    assert open_store({}, sandbox=True).place == "memory"
    named = {"TESTDESK_STORE": str(tmp_path / "own.sqlite3")}
    assert open_store(named, sandbox=True).place == str(tmp_path / "own.sqlite3")
    assert Path(open_store({}).place).name == "testdesk.sqlite3"
