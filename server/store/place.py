"""Where the store is: `TESTDESK_STORE`, or the user's data directory; a sandbox's is in memory."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from server.settings import SettingsError
from server.store.sqlite import SqliteEngine, default_file

STORE: Final = "TESTDESK_STORE"


def open_store(environment: Mapping[str, str], *, sandbox: bool = False) -> SqliteEngine:
    """The store of this server, opened on first use.

    A sandbox's acts and events stay in memory unless a file is named, so that they do not mix with an account's.

    Raises:
        SettingsError: when the setting names something other than a file.
    """
    place = environment.get(STORE, "").strip()
    if not place:
        return SqliteEngine(None if sandbox else default_file())
    if "://" in place:
        raise SettingsError(f"{STORE} names a file, such as /var/lib/testdesk/testdesk.sqlite3.")
    file = Path(place).expanduser()
    if not file.is_absolute():
        raise SettingsError(f"{STORE} is an absolute path: a host may start the server in any folder.")
    if file.is_dir():
        raise SettingsError(f"{STORE} is a folder; name a file in it.")
    return SqliteEngine(file)
