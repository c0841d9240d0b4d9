"""The ledger: an append-only chain of records, each of which has the hash of the one before it."""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from server.store.engine import Database

START: Final = "0" * 64
"""The hash before the first record."""
DAY: Final = 86_400.0
PAGE: Final = 500

current_act: Final[ContextVar[str | None]] = ContextVar("current_act", default=None)
"""The act that is being carried out, for records of its parts."""


@dataclass(frozen=True)
class Entry:
    """One record of the ledger."""

    seq: int
    act: str
    at: float
    record: Mapping[str, Any]
    hash: str


@dataclass(frozen=True)
class Verified:
    """The result of following the chain."""

    records: int
    broken_at: int | None
    """The first record that does not fit; None when the chain is whole."""
    head: str


def canonical(record: Mapping[str, Any]) -> str:
    """The one text of a record, which is what is hashed."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def chained(before: str, seq: int, text: str) -> str:
    """The hash of a record."""
    return hashlib.sha256(f"{before}\n{seq}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()


def append(db: Database, act: str, record: Mapping[str, Any]) -> int:
    """Append a record in the transaction of what it records, and return its number."""
    last, before = head(db)
    seq, text = last + 1, canonical(record)
    db.change(
        "INSERT INTO ledger (seq, act, at, record, hash) VALUES (:seq, :act, :at, :record, :hash)",
        seq=seq,
        act=act,
        at=time.time(),
        record=text,
        hash=chained(before, seq, text),
    )
    return seq


def entries(db: Database, *, after: int = 0, act: str | None = None) -> Iterator[Entry]:
    """The records in order, of one act or of all."""
    where = "" if act is None else "AND act = :act "
    query = f"SELECT seq, act, at, record, hash FROM ledger WHERE seq > :after {where}ORDER BY seq LIMIT :page"  # noqa: S608
    while rows := db.rows(query, after=after, page=PAGE, **({} if act is None else {"act": act})):
        for seq, of, at, record, digest in rows:
            yield Entry(seq, of, at, json.loads(record), digest)
        after = rows[-1][0]


def verify(db: Database) -> Verified:
    """Follow the chain from its start or its last checkpoint."""
    checkpoint = db.rows("SELECT seq, hash FROM checkpoint ORDER BY seq DESC LIMIT 1")
    after, before = checkpoint[0] if checkpoint else (0, START)
    count = 0
    query = "SELECT seq, record, hash FROM ledger WHERE seq > :after ORDER BY seq LIMIT :page"
    while rows := db.rows(query, after=after, page=PAGE):
        for seq, text, digest in rows:
            if chained(before, seq, text) != digest:
                return Verified(count, seq, before)
            before, count = digest, count + 1
        after = rows[-1][0]
    return Verified(count, None, before)


def prune(db: Database, *, days: float) -> int:
    """Delete records older than so many days, leaving a checkpoint from which the rest verifies."""
    oldest = time.time() - days * DAY
    rows = db.rows("SELECT seq, hash FROM ledger WHERE at < :oldest ORDER BY seq DESC LIMIT 1", oldest=oldest)
    if not rows:
        return 0
    seq, digest = rows[0]
    db.change(
        "INSERT INTO checkpoint (seq, hash, at) VALUES (:seq, :hash, :now)", seq=seq, hash=digest, now=time.time()
    )
    db.change("DELETE FROM act WHERE state = 'ended' AND begun_at < :oldest", oldest=oldest)
    return db.change("DELETE FROM ledger WHERE seq <= :seq", seq=seq)


def head(db: Database) -> tuple[int, str]:
    """The number and the hash of the last record; 0 and the start's where there is none."""
    rows = db.rows("SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1") or db.rows(
        "SELECT seq, hash FROM checkpoint ORDER BY seq DESC LIMIT 1"
    )
    return (int(rows[0][0]), str(rows[0][1])) if rows else (0, START)
