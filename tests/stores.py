"""The store that a test runs on: SQLite, or the PostgreSQL server that `make test-postgres` has started."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Final

import pytest

from server.store.engine import Engine
from server.store.sqlite import SqliteEngine

SERVER: Final = "TESTDESK_TEST_POSTGRES"
"""The variable with the server's address."""
IS_POSTGRES: Final = bool(os.environ.get(SERVER))
of_a_file: Final = pytest.mark.skipif(IS_POSTGRES, reason="it is about the file of SQLite")


def store_at(file: Path | None) -> Engine:
    """The store of a file, which other processes open by the same name, or one of a test's own."""
    if not IS_POSTGRES:
        return SqliteEngine(file)
    from server.store.postgres import PostgresEngine
    from server.store.postgres_address import read_address

    return PostgresEngine(read_address(named(file)))


def named(file: Path | None) -> str:
    """What `TESTDESK_STORE` is set to for the store of a file."""
    if not IS_POSTGRES:
        return str(file)
    import psycopg

    name = secrets.token_hex(12) if file is None else hashlib.sha256(str(file).encode()).hexdigest()[:24]
    with psycopg.connect(os.environ[SERVER], autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS t{name}")
    return in_schema(os.environ[SERVER], f"t{name}")


def in_schema(address: str, schema: str) -> str:
    """An address whose tables are in a schema."""
    return f"{address}{'&' if '?' in address else '?'}options=-csearch_path%3D{schema}"


def contents(file: Path) -> bytes:
    """All that a store holds: the files in its folder, or the rows of its tables."""
    if not IS_POSTGRES:
        return b"".join(one.read_bytes() for one in file.parent.iterdir())
    import psycopg

    held = ""
    with psycopg.connect(named(file), autocommit=True) as connection:
        tables = connection.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND pg_table_is_visible(oid)")
        for (table,) in tables.fetchall():
            if not table.startswith(("pg_", "sql_")):
                held += "\n".join(row for (row,) in connection.execute(f'SELECT t::text FROM "{table}" t').fetchall())
    return held.encode()
