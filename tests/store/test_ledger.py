"""The ledger is a chain: a record that was changed, taken out or put in shows."""

import json
import time
from collections.abc import Callable

import pytest

from server.store import ledger
from server.store.engine import Database, Engine
from tests.stores import store_at

pytestmark = pytest.mark.anyio


async def chain(records: int) -> Engine:
    engine = store_at(None)
    for number in range(records):
        await engine.run(lambda db, n=number: ledger.append(db, f"act{n}", {"n": n, "title": "Käse"}))  # type: ignore[misc]
    return engine


async def test_a_whole_chain_verifies_and_its_head_is_the_last_hash() -> None:
    engine = await chain(5)
    verified = await engine.run(ledger.verify)
    assert (verified.records, verified.broken_at) == (5, None)
    last = await engine.run(lambda db: list(ledger.entries(db)))
    assert verified.head == last[-1].hash
    assert last[-1].record == {"n": 4, "title": "Käse"}


def changed(db: Database) -> None:
    db.change("UPDATE ledger SET record = :text WHERE seq = 3", text=json.dumps({"n": 99}))


def taken_out(db: Database) -> None:
    db.change("DELETE FROM ledger WHERE seq = 3")


def rehashed(db: Database) -> None:
    text = ledger.canonical({"n": 99})
    (before,) = db.rows("SELECT hash FROM ledger WHERE seq = 2")
    digest = ledger.chained(before[0], 3, text)
    db.change("UPDATE ledger SET record = :text, hash = :hash WHERE seq = 3", text=text, hash=digest)


@pytest.mark.parametrize(("spoil", "at"), [(changed, 3), (taken_out, 4), (rehashed, 4)])
async def test_what_was_tampered_with_is_found(spoil: Callable[[Database], None], at: int) -> None:
    engine = await chain(5)
    await engine.run(spoil)
    assert (await engine.run(ledger.verify)).broken_at == at


async def test_old_records_are_pruned_and_the_rest_verifies_from_the_checkpoint() -> None:
    engine = await chain(5)
    old = time.time() - 401 * ledger.DAY
    await engine.run(lambda db: db.change("UPDATE ledger SET at = :old WHERE seq <= 3", old=old))
    assert await engine.run(lambda db: ledger.prune(db, days=400)) == 3
    assert await engine.run(lambda db: ledger.prune(db, days=400)) == 0
    assert (await engine.run(ledger.verify)).records == 2
    await engine.run(lambda db: ledger.append(db, "later", {"n": 5}))
    verified = await engine.run(ledger.verify)
    assert (verified.records, verified.broken_at) == (3, None)
    await engine.run(lambda db: db.change("DELETE FROM ledger WHERE seq = 4"))
    assert (await engine.run(ledger.verify)).broken_at == 5
