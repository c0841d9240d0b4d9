"""Acts: one row each from before anything is sent until its outcome, with its records in the ledger."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from server.store import ledger, processes
from server.store.engine import Database, Engine

Outcome = Literal["done", "failed", "unknown", "not sent"]
State = Literal["begun", "sent", "ended"]

WINDOW_SECONDS: Final = 600.0
"""How long an equal call gets the first one's answer."""
MOST_ANSWER: Final = 200_000


@dataclass(frozen=True)
class NewAct:
    """An act that is about to begin."""

    key: str
    """What makes it this act: a round of a question, or a number of its own."""
    same: str
    """What makes it equal to another: principal, account, tool and arguments."""
    principal: str
    platform: str
    account: str
    tool: str
    once: bool
    """Whether an equal call within the window gets this one's answer instead."""


@dataclass(frozen=True)
class Earlier:
    """The act that stands in the way of a new one."""

    key: str
    state: State
    begun_at: float
    outcome: Outcome | None
    answer: Mapping[str, Any] | None


class Acts:
    """The acts in the store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def begin(self, act: NewAct) -> Earlier | None:
        """Enter an act, or return the one that it repeats."""

        def run(db: Database) -> Earlier | None:
            now = time.time()
            if act.once and (earlier := _equal(db, act, now)) is not None:
                return earlier
            is_new = db.change(
                "INSERT INTO act (key, same, state, principal, platform, account, tool, process, begun_at) VALUES "
                "(:key, :same, 'begun', :principal, :platform, :account, :tool, :process, :now) ON CONFLICT DO NOTHING",
                key=act.key,
                same=act.same,
                principal=act.principal,
                platform=act.platform,
                account=act.account,
                tool=act.tool,
                process=processes.OWN,
                now=now,
            )
            if is_new:
                return None
            rows = db.rows(f"SELECT {_ROW} FROM act WHERE key = :key", key=act.key)  # noqa: S608 - our own words only
            return _earlier(rows[0])

        return await self._engine.run(run)

    async def equal(self, act: NewAct) -> Earlier | None:
        """The act that an equal call within the window would repeat."""
        return await self._engine.run(lambda db: _equal(db, act, time.time()))

    async def sent(self, key: str, record: Mapping[str, Any]) -> None:
        """Record that the first request of an act leaves now."""

        def run(db: Database) -> None:
            db.change("UPDATE act SET state = 'sent', sent_at = :now WHERE key = :key", now=time.time(), key=key)
            ledger.append(db, key, record)

        await self._engine.run(run)

    async def ended(
        self, key: str, outcome: Outcome, *, record: Mapping[str, Any] | None, answer: Mapping[str, Any] | None
    ) -> None:
        """Record the outcome; an act of which nothing was sent leaves no record."""

        def run(db: Database) -> None:
            now = time.time()
            text = None if answer is None else json.dumps(answer, ensure_ascii=False)
            db.change(
                "UPDATE act SET state = 'ended', ended_at = :now, outcome = :outcome, answer = :answer "
                "WHERE key = :key",
                now=now,
                outcome=outcome,
                answer=text if text is not None and len(text) <= MOST_ANSWER else None,
                key=key,
            )
            if record is not None:
                ledger.append(db, key, record)
            # Answers serve repeated calls only; they are not kept beyond that.
            db.change(
                "UPDATE act SET answer = NULL WHERE answer IS NOT NULL AND ended_at < :old", old=now - WINDOW_SECONDS
            )

        await self._engine.run(run)

    async def destroyed(self, platform: str, account: str) -> None:
        """Forget the answers of earlier acts: what they created may be gone now."""

        def run(db: Database) -> None:
            db.change(
                "UPDATE act SET same = '' WHERE platform = :platform AND account = :account AND state = 'ended' "
                "AND outcome = 'done' AND begun_at >= :since",
                platform=platform,
                account=account,
                since=time.time() - WINDOW_SECONDS,
            )

        await self._engine.run(run)

    async def look(self, key: str) -> Earlier | None:
        """An act as it is now."""
        query = f"SELECT {_ROW} FROM act WHERE key = :key"  # noqa: S608 - our own words only
        rows = await self._engine.run(lambda db: db.rows(query, key=key))
        return _earlier(rows[0]) if rows else None


_ROW = "key, state, begun_at, outcome, answer, process"


def _equal(db: Database, act: NewAct, now: float) -> Earlier | None:
    rows = db.rows(
        f"SELECT {_ROW} FROM act WHERE same = :same AND begun_at >= :since AND key != :key "  # noqa: S608 - our own words
        "AND (outcome IS NULL OR outcome IN ('done', 'unknown')) ORDER BY begun_at DESC",
        same=act.same,
        since=now - WINDOW_SECONDS,
        key=act.key,
    )
    for row in rows:
        earlier = _earlier(row)
        if earlier.outcome != "not sent":
            return earlier
    return None


def _earlier(row: Any) -> Earlier:
    key, state, begun_at, outcome, answer, process = row
    if state != "ended" and processes.has_ended(process, begun_at):
        # It ended with its process: what was sent may have happened.
        state, outcome = "ended", "unknown" if state == "sent" else "not sent"
    return Earlier(key, state, begun_at, outcome, json.loads(answer) if answer else None)
