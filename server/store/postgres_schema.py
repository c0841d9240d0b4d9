"""Brings a database of PostgreSQL to today's tables, once, whoever else tries at the same moment."""

from contextlib import ExitStack
from typing import Any, Final

import psycopg

from server.store import processes
from server.store.engine import UnknownVersion
from server.store.postgres_sql import declared
from server.store.schema import migrations

Connection = psycopg.Connection[tuple[Any, ...]]

LOCK: Final = "SELECT pg_advisory_xact_lock(1413829187, hashtext(coalesce(current_schema(), '')))"
"""One writer at a time, as in SQLite: the ledger's chain and the order of events hang on it.

It is a statement of its own, before any other of the transaction: a statement sees what was there when it began.
"""
BEGIN_WRITE: Final = f"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; {LOCK}"
BEGIN_READ: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
OLDEST: Final = 1
"""The number of steps that a Testdesk has to know to use a store of today's; it grows with a step that does not only
add."""
OWN_TABLES: Final = (
    "CREATE TABLE testdesk_schema (version BIGINT NOT NULL, oldest BIGINT NOT NULL)",
    "INSERT INTO testdesk_schema VALUES (0, 1)",
    "CREATE TABLE process (name TEXT PRIMARY KEY, seen_at DOUBLE PRECISION NOT NULL)",
)
EXISTS: Final = "SELECT 1 FROM pg_class WHERE relname = 'testdesk_schema' AND pg_table_is_visible(oid)"
"""Asks the rows: to_regclass answers from a cache, which does not change while a transaction waits for the lock."""
BEAT: Final = (
    "INSERT INTO process (name, seen_at) VALUES (%s, extract(epoch FROM clock_timestamp())) "
    "ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at"
)
SILENCE: Final = "SELECT extract(epoch FROM clock_timestamp()) - seen_at FROM process WHERE name = %s"
VERSIONS: Final = "SELECT version, oldest FROM testdesk_schema"
FORGET: Final = "DELETE FROM process WHERE seen_at < extract(epoch FROM clock_timestamp()) - 86400"
STARTED: Final = (
    "SELECT set_config('statement_timeout', '15s', false), set_config('lock_timeout', '5s', false), "
    "set_config('idle_in_transaction_session_timeout', '30s', false), "
    "set_config('default_transaction_isolation', 'read committed', false), set_config('synchronous_commit', "
    # What was acknowledged survives a power cut, whatever the server's default is.
    "CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, "
    "false)"
)


def connected(parameters: dict[str, Any]) -> Connection:
    """A connection with its limits: one that hangs keeps the others waiting for seconds only."""
    connection = psycopg.connect(**parameters, autocommit=True, prepare_threshold=None)
    with ExitStack() as unless_ready:
        unless_ready.callback(connection.close)
        connection.execute(STARTED)
        unless_ready.pop_all()
    return connection


def migrate(connection: Connection) -> None:
    """Do the steps that are missing, in one transaction, and say that this process runs.

    A store with more steps than this Testdesk knows is used as long as they only add, so that two versions can run
    beside one another.

    Raises:
        UnknownVersion: when a newer Testdesk has changed more than that.
    """
    if _version(connection) < len(migrations()):
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE")
            connection.execute(LOCK)
            version = _version(connection)
            steps = [OWN_TABLES] if version < 0 else []
            for step in (*steps, *migrations()[max(version, 0) :]):
                for statement in step:
                    connection.execute(declared(statement))
            connection.execute(
                "UPDATE testdesk_schema SET version = %s, oldest = greatest(oldest, %s)", (len(migrations()), OLDEST)
            )
    connection.execute(FORGET)
    connection.execute(BEAT, (processes.OWN,))


def _version(connection: Connection) -> int:
    """How many steps were done; -1 where there is no store yet."""
    if not connection.execute(EXISTS).fetchall():
        return -1
    ((version, oldest),) = connection.execute(VERSIONS).fetchall()
    if oldest > len(migrations()):
        raise UnknownVersion("it was made by a newer Testdesk; use that one")
    return int(version)
