"""Acts: one row each from before anything is sent until its outcome, with its records in the ledger."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, Literal

from server.store import ledger, processes
from server.store.engine import Database, Engine, StoreError

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


class TakenOver(StoreError):
    """Another process may carry the act out, since this one was silent for too long."""


class Acts:
    """The acts in the store.

    What could not be recorded while the store was away is recorded before the next act, or by `catch_up`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._late: dict[str, Callable[[Database], None]] = {}

    async def begin(self, act: NewAct) -> Earlier | None:
        """Enter an act, or return the one that it repeats."""

        def run(db: Database) -> Earlier | None:
            now = time.time()
            if act.once:
                _close_abandoned(db, act, now)
                if (earlier := _equal(db, act, now)) is not None:
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
            (row,) = db.rows(f"SELECT {_ROW} FROM act WHERE key = :key", key=act.key)  # noqa: S608 - our own words only
            earlier = _earlier(db, row)
            return None if earlier.outcome == "not sent" and _take_over(db, act.key, row, now) else earlier

        with suppress(StoreError):
            await self.catch_up()
        try:
            return await self._engine.run(run)
        except StoreError:
            # It may have been entered after all.
            self._late[act.key] = partial(_end, key=act.key, outcome="not sent", record=None, answer=None)
            raise

    async def equal(self, act: NewAct) -> Earlier | None:
        """The act that an equal call within the window would repeat."""
        with suppress(StoreError):
            await self.catch_up()
        return await self._engine.read(lambda db: _equal(db, act, time.time()))

    async def sent(self, key: str, record: Mapping[str, Any]) -> None:
        """Record that the first request of an act leaves now.

        Raises:
            TakenOver: when others take this process for ended; the request must not leave.
        """

        def run(db: Database) -> None:
            is_ours = db.change(
                "UPDATE act SET state = 'sent', sent_at = :now WHERE key = :key AND state = 'begun' AND process = :own",
                now=time.time(),
                key=key,
                own=processes.OWN,
            )
            if not is_ours:
                raise TakenOver("This process was silent for too long, and another one may carry the act out.")
            ledger.append(db, key, record)

        await self._engine.run(run)

    async def ended(
        self, key: str, outcome: Outcome, *, record: Mapping[str, Any] | None, answer: Mapping[str, Any] | None
    ) -> None:
        """Record the outcome; an act of which nothing was sent leaves no record."""
        run = partial(_end, key=key, outcome=outcome, record=record, answer=answer)
        try:
            await self._engine.run(run)
        except StoreError:
            self._late[key] = run
            raise

    async def catch_up(self) -> None:
        """Record what could not be recorded when it happened.

        Raises:
            StoreError: when the store is still away.
        """
        for key, run in list(self._late.items()):
            await self._engine.run(run)
            self._late.pop(key, None)

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

        def read(db: Database) -> Earlier | None:
            rows = db.rows(query, key=key)
            return _earlier(db, rows[0]) if rows else None

        return await self._engine.read(read)


_ROW = "key, state, begun_at, outcome, answer, process"


def _take_over(db: Database, key: str, row: Any, now: float) -> bool:
    """Make an act this process's own of which another attempt sent nothing."""
    _, state, _, _, _, process = row
    changed = db.change(
        "UPDATE act SET state = 'begun', process = :own, begun_at = :now, ended_at = NULL, outcome = NULL "
        "WHERE key = :key AND state = :state AND process = :process",
        own=processes.OWN,
        now=now,
        key=key,
        state=state,
        process=process,
    )
    return bool(changed)


def _close_abandoned(db: Database, act: NewAct, now: float) -> None:
    """End the equal acts whose process has ended before it sent anything: if it still runs after all, it must not."""
    begun = db.rows(
        "SELECT key, process, begun_at FROM act WHERE same = :same AND state = 'begun' AND key != :key",
        same=act.same,
        key=act.key,
    )
    for key, process, begun_at in begun:
        if processes.has_ended(process, begun_at, db.silence):
            db.change(
                "UPDATE act SET state = 'ended', outcome = 'not sent', ended_at = :now WHERE key = :key",
                now=now,
                key=key,
            )


def _end(
    db: Database,
    *,
    key: str,
    outcome: Outcome,
    record: Mapping[str, Any] | None,
    answer: Mapping[str, Any] | None,
) -> None:
    """End an act of this process, once."""
    now = time.time()
    text = None if answer is None else json.dumps(answer, ensure_ascii=False)
    was = db.rows("SELECT state FROM act WHERE key = :key AND process = :own", key=key, own=processes.OWN)
    if not was or was[0][0] == "ended":
        return
    db.change(
        "UPDATE act SET state = 'ended', ended_at = :now, outcome = :outcome, answer = :answer WHERE key = :key",
        now=now,
        outcome=outcome,
        answer=text if text is not None and len(text) <= MOST_ANSWER else None,
        key=key,
    )
    if record is None and was[0][0] == "sent":
        # Its first record was written, and nobody knew.
        when = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
        record = {"kind": "ended", "when": when, "outcome": "failed", "requests": 0, "error": "Nothing was sent."}
    if record is not None:
        ledger.append(db, key, record)
    # Answers serve repeated calls only; they are not kept beyond that.
    db.change("UPDATE act SET answer = NULL WHERE answer IS NOT NULL AND ended_at < :old", old=now - WINDOW_SECONDS)


def _equal(db: Database, act: NewAct, now: float) -> Earlier | None:
    rows = db.rows(
        f"SELECT {_ROW} FROM act WHERE same = :same AND begun_at >= :since AND key != :key "  # noqa: S608 - our own words
        "AND (outcome IS NULL OR outcome IN ('done', 'unknown')) ORDER BY begun_at DESC",
        same=act.same,
        since=now - WINDOW_SECONDS,
        key=act.key,
    )
    for row in rows:
        earlier = _earlier(db, row)
        if earlier.outcome != "not sent":
            return earlier
    return None


def _earlier(db: Database, row: Any) -> Earlier:
    key, state, begun_at, outcome, answer, process = row
    if state != "ended" and processes.has_ended(process, begun_at, db.silence):
        # It ended with its process: what was sent may have happened.
        state, outcome = "ended", "unknown" if state == "sent" else "not sent"
    return Earlier(key, state, begun_at, outcome, json.loads(answer) if answer else None)
