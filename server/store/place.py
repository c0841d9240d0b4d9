"""Where the store is: `TESTDESK_STORE`, or the user's data directory; a sandbox's is in memory."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from server.credentials import secret
from server.settings import SettingsError
from server.store.engine import Engine
from server.store.sqlite import SqliteEngine, default_file

STORE: Final = "TESTDESK_STORE"
POSTGRES: Final = ("postgresql://", "postgres://")


def open_store(environment: Mapping[str, str], *, sandbox: bool = False) -> Engine:
    """The store of this server, opened on first use.

    A sandbox's acts and events stay in memory unless a store is named, so that they do not mix with an account's.

    Raises:
        SettingsError: when the setting names neither a file nor a database.
    """
    held = secret(STORE, environment, is_free_text=True)
    place = "" if held is None else held.get_secret_value().strip()
    if not place:
        return SqliteEngine(None if sandbox else default_file())
    if place.startswith(POSTGRES):
        return _postgres(place)
    if "://" in place:
        raise SettingsError(
            f"{STORE} names a file, such as /var/lib/testdesk/testdesk.sqlite3, or a database, such as "
            "postgresql://testdesk@db.example.com/testdesk."
        )
    file = Path(place).expanduser()
    if not file.is_absolute():
        raise SettingsError(f"{STORE} is an absolute path: a host may start the server in any folder.")
    if file.is_dir():
        raise SettingsError(f"{STORE} is a folder; name a file in it.")
    return SqliteEngine(file)


def _postgres(place: str) -> Engine:
    """An engine of the extra; without it, nothing of it is imported."""
    try:
        from server.store.postgres import PostgresEngine
        from server.store.postgres_address import read_address

        return PostgresEngine(read_address(place))
    except ImportError as error:
        raise SettingsError(
            f"{STORE} names a database of PostgreSQL, whose driver is not installed: pip install 'testdesk[postgres]'."
        ) from error
