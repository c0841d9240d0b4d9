"""The store as `testdesk doctor` reports it: where it is, whether acts can be recorded, what is unknown."""

import os
from collections.abc import Mapping
from pathlib import Path

from server.store import ledger
from server.store.engine import Database, StoreError
from server.store.place import STORE, open_store
from server.store.reading import acts
from server.store.sqlite import SqliteEngine


async def store_lines(environment: Mapping[str, str]) -> tuple[list[str], bool]:
    """The report, and whether acts can be recorded; a store that nobody has made yet is not made."""
    engine = open_store(environment)
    head = f"Store of acts and events ({STORE}): {engine.place}"
    if isinstance(engine, SqliteEngine) and not engine.exists:
        folder = next(folder for folder in Path(engine.place).parents if folder.exists())
        if os.access(folder, os.W_OK):
            return [f"{head}, made at the first act"], True
        return [f"{head} CANNOT BE MADE: {folder} is not writable, so only reading works"], False

    def look(db: Database) -> tuple[ledger.Verified, int]:
        db.change("UPDATE fact SET value = value WHERE name = ''")  # finds out whether it can be written
        return ledger.verify(db), sum(act.is_for_a_person for act in acts(db))

    try:
        verified, unknown = await engine.run(look)
    except StoreError as error:
        return [f"{head} CANNOT BE USED, so only reading works: {error}"], False
    finally:
        await engine.close()
    if verified.broken_at is not None:
        return [f"{head}: THE LEDGER IS BROKEN at record {verified.broken_at}; it or one before it was changed"], False
    lines = [f"{head}, {verified.records} records verify"]
    if unknown:
        lines.append(f"    {unknown} acts of unknown outcome: `testdesk ledger settle` reads what they left")
    return lines, True
