"""The queue of a standing order: each arrived item once, with what became of it.

A row is `waiting` until it is `done`, `skipped` because no rule takes it, or `dead` after its last attempt. A waiting
one is worked on by one process at a time; if that process ends, another one takes it.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from server.store import processes
from server.store.engine import Database, Engine
from tools.kit.hand_over import How
from tools.kit.invisible import clean
from tools.kit.text import cut

State = Literal["waiting", "done", "dead", "skipped"]

WAITS: Final = (30.0, 60.0, 120.0, 300.0, 900.0, 3_600.0, 14_400.0)
"""Seconds after each attempt that failed; after the last wait there is one more attempt."""
LONGEST_WAIT: Final = 86_400.0
"""Seconds that a server may ask to wait."""
MOST_ERROR: Final = 500
_MOST_CUT: Final = MOST_ERROR - 40
"""Leaves room for the note that a text was cut."""


@dataclass(frozen=True)
class Delivery:
    """One item of a platform on its way to a tracker."""

    platform: str
    item: str
    event: int
    """The number of the event that it is for."""
    state: State
    attempts: int
    """Counting the one that is being made."""
    next_at: float
    error: str
    key: str
    url: str
    rule: str
    """The rule that took it."""
    at: float
    """When it came into this state."""


def wait_after(attempts: int, *, at_least: float = 0.0) -> float | None:
    """Seconds to wait after so many attempts, and at least as long as a server asks; None when it was the last one."""
    if attempts > len(WAITS):
        return None
    return max(WAITS[max(attempts, 1) - 1], min(at_least, LONGEST_WAIT))


class Deliveries:
    """The queue in the store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def enqueue_new(self, platform: str) -> int:
        """Enter the newest event of each item, and return how many.

        What was handled by a person, is done or is dead is not entered; what no rule took is looked at again with its
        newer event.
        """
        query = (
            "INSERT INTO delivery (platform, item, event, state, next_at, at) "
            "SELECT platform, item, max(number), 'waiting', :now, :now FROM event "
            "WHERE platform = :platform AND handled_at IS NULL AND NOT EXISTS ("
            "SELECT 1 FROM delivery WHERE delivery.platform = event.platform AND delivery.item = event.item "
            "AND (delivery.state IN ('done', 'dead') OR delivery.event >= event.number)) GROUP BY platform, item "
            "ON CONFLICT (platform, item) DO UPDATE SET event = excluded.event, at = excluded.at, state = 'waiting', "
            "rule = CASE delivery.process WHEN '' THEN '' ELSE delivery.rule END, "
            "next_at = CASE delivery.state WHEN 'skipped' THEN excluded.next_at ELSE delivery.next_at END, "
            "attempts = CASE delivery.state WHEN 'skipped' THEN 0 ELSE delivery.attempts END, "
            "error = CASE delivery.state WHEN 'skipped' THEN '' ELSE delivery.error END "
            "WHERE delivery.state IN ('waiting', 'skipped') AND delivery.event < excluded.event"
        )
        values = {"platform": platform, "now": time.time()}
        return await self._engine.run(lambda db: db.change(query, **values))

    async def arrived_again(self) -> list[tuple[str, str, str]]:
        """Platform, item and key of issue of those that are done, and that a newer event is about."""
        query = (
            "SELECT DISTINCT delivery.platform, delivery.item, delivery.key FROM delivery JOIN event "
            "ON event.platform = delivery.platform AND event.item = delivery.item "
            "WHERE delivery.state = 'done' AND event.number > delivery.event AND event.handled_at IS NULL"
        )
        return [(platform, item, key) for platform, item, key in await self._rows(query)]

    async def pending(self, platform: str) -> list[str]:
        """The items that wait, in the queue or outside of it, oldest first; changes nothing."""
        query = (
            "SELECT item, max(number) FROM event WHERE platform = :platform AND handled_at IS NULL AND NOT EXISTS ("
            "SELECT 1 FROM delivery WHERE delivery.platform = event.platform AND delivery.item = event.item "
            "AND (delivery.state IN ('done', 'dead') OR (delivery.state = 'skipped' AND delivery.event >= event.number)"
            ")) GROUP BY item ORDER BY 2"
        )
        return [item for item, _ in await self._rows(query, platform=platform)]

    async def unsort(self) -> None:
        """Forget which rule takes what waits: the rules may be others now."""
        query = "UPDATE delivery SET rule = '' WHERE state = 'waiting' AND process = '' AND rule != ''"

        def run(db: Database) -> None:
            _release(db)
            db.change(query)

        await self._engine.run(run)

    async def unsorted(self, limit: int) -> list[Delivery]:
        """The waiting ones whose rule is not known, oldest first."""
        query = (
            f"SELECT {_ROW} FROM delivery WHERE state = 'waiting' AND process = '' AND rule = '' "  # noqa: S608 - ours
            "ORDER BY event LIMIT :limit"
        )
        return [Delivery(*row) for row in await self._rows(query, limit=limit)]

    async def sort(self, rules: Mapping[tuple[str, str, int], str]) -> None:
        """Record which rule takes each of them, by platform, item and number of event; a newer event is left alone."""
        query = (
            "UPDATE delivery SET rule = :rule WHERE platform = :platform AND item = :item AND event = :event "
            "AND state = 'waiting' AND process = ''"
        )

        def run(db: Database) -> None:
            for (platform, item, event), rule in rules.items():
                db.change(query, rule=_bounded(rule), platform=platform, item=item, event=event)

        if rules:
            await self._engine.run(run)

    async def take(
        self, limit: int, now: float, *, cap: int | None = None, since: float = 0.0, rule: str | None = None
    ) -> list[Delivery]:
        """Take the ones that are due, of one rule or of all, oldest first, so that no other process works on them.

        With a cap, not more are taken than issues may still be created since then; one whose issue may exist already
        needs no room and is taken anyway.
        """
        of = "" if rule is None else "AND rule = :rule "

        def run(db: Database) -> list[Delivery]:
            _release(db)
            values = {"due": now, "now": time.time(), "own": processes.OWN} | ({} if rule is None else {"rule": rule})
            if cap is None:
                return _take(db, of, limit, **values)
            counted = _take(db, f"{of}AND counted_at >= :since", limit, since=since, **values)
            room = min(limit - len(counted), cap - _created_since(db, since, rule))
            fresh = f"{of}AND (counted_at IS NULL OR counted_at < :since)"
            return counted + (_take(db, fresh, room, since=since, **values) if room > 0 else [])

        return await self._engine.run(run)

    async def later(
        self, platform: str, item: str, *, error: str, next_at: float, may_exist: bool = False, rule: str = ""
    ) -> bool:
        """Put one back until a time; `may_exist` where an issue may have been created, which then counts."""
        return await self._leave(
            platform, item, "waiting", error=error, next_at=next_at, may_exist=may_exist, rule=rule
        )

    async def dead(self, platform: str, item: str, *, error: str, may_exist: bool = False, rule: str = "") -> bool:
        """Give one up until a person puts it back."""
        return await self._leave(platform, item, "dead", error=error, may_exist=may_exist, rule=rule)

    async def skipped(self, platform: str, item: str, *, why: str, rule: str = "") -> bool:
        """Record that no issue is created for one, and why."""
        return await self._leave(platform, item, "skipped", error=why, rule=rule)

    async def done(self, platform: str, item: str, *, key: str, url: str, how: How = "created", rule: str = "") -> bool:
        """Record the issue; one that was found by the first attempt was not created by it and does not count."""
        query = (
            "UPDATE delivery SET state = 'done', process = '', error = '', key = :key, url = :url, "
            "rule = coalesce(nullif(:rule, ''), rule), at = :now, "
            "counted_at = CASE WHEN :how != 'created' AND attempts <= 1 THEN NULL ELSE :now END "
            "WHERE platform = :platform AND item = :item AND state != 'done'"
        )
        values = {
            "key": _bounded(key),
            "url": cut(clean(url), 2_000),
            "how": how,
            "rule": _bounded(rule),
            "now": time.time(),
            "platform": platform,
            "item": item,
        }
        return bool(await self._engine.run(lambda db: db.change(query, **values)))

    async def retry(self, platform: str, item: str) -> bool:
        """Put one back that was given up or skipped, for the newest event of its item; false if it is neither."""
        query = (
            "UPDATE delivery SET state = 'waiting', attempts = 0, next_at = :now, at = :now, error = '', rule = '', "
            "event = coalesce((SELECT max(number) FROM event WHERE event.platform = delivery.platform "
            "AND event.item = delivery.item), event) "
            "WHERE platform = :platform AND item = :item AND state IN ('dead', 'skipped')"
        )
        values = {"platform": platform, "item": item, "now": time.time()}
        return bool(await self._engine.run(lambda db: db.change(query, **values)))

    async def counts(self) -> Mapping[State, int]:
        """How many are in each state."""
        query = "SELECT state, count(*) FROM delivery GROUP BY state"
        counts: dict[State, int] = {"waiting": 0, "done": 0, "dead": 0, "skipped": 0}
        return counts | dict(await self._rows(query))  # type: ignore[arg-type]  # rows of a state and a count

    async def newest_in(self, state: State, limit: int) -> list[Delivery]:
        """The ones in a state, newest first."""
        query = f"SELECT {_ROW} FROM delivery WHERE state = :state ORDER BY at DESC LIMIT :limit"  # noqa: S608 - our own words
        return [Delivery(*row) for row in await self._rows(query, state=state, limit=limit)]

    async def created_since(self, since: float, *, rule: str | None = None) -> int:
        """How many issues were created since a time, or may have been; by one rule, or by all."""
        return await self._engine.read(lambda db: _created_since(db, since, rule)) if self._engine.exists else 0

    async def _rows(self, query: str, **values: Any) -> Sequence[Sequence[Any]]:
        return await self._engine.read(lambda db: db.rows(query, **values)) if self._engine.exists else []

    async def _leave(
        self,
        platform: str,
        item: str,
        state: State,
        *,
        error: str,
        rule: str,
        next_at: float = 0.0,
        may_exist: bool = False,
    ) -> bool:
        """Let go of a waiting one; false where another process has it or it is over."""
        query = (
            "UPDATE delivery SET state = :state, process = '', error = :error, next_at = :next_at, "
            "rule = coalesce(nullif(:rule, ''), rule), at = :now, "
            "counted_at = CASE WHEN :may_exist = 1 THEN counted_at END "
            "WHERE platform = :platform AND item = :item AND state = 'waiting' AND process IN ('', :own)"
        )
        values = {
            "state": state,
            "error": _bounded(error),
            "next_at": next_at,
            "rule": _bounded(rule),
            "now": time.time(),
            "may_exist": int(may_exist),
            "platform": platform,
            "item": item,
            "own": processes.OWN,
        }
        return bool(await self._engine.run(lambda db: db.change(query, **values)))


_ROW: Final = "platform, item, event, state, attempts, next_at, error, key, url, rule, at"


def _release(db: Database) -> None:
    """Let go of what processes had taken that have ended."""
    taken = db.rows("SELECT platform, item, process, taken_at FROM delivery WHERE state = 'waiting' AND process != ''")
    for platform, item, process, taken_at in taken:
        if processes.is_over(process, taken_at, db.silence):
            db.change(
                "UPDATE delivery SET process = '' WHERE platform = :platform AND item = :item AND process = :process",
                platform=platform,
                item=item,
                process=process,
            )


def _take(db: Database, condition: str, limit: int, **values: Any) -> list[Delivery]:
    # The conditions stand twice: a database with concurrent writers checks the outer ones again.
    rows = db.rows(
        "UPDATE delivery SET process = :own, taken_at = :now, counted_at = :now, attempts = attempts + 1 "  # noqa: S608
        "WHERE state = 'waiting' AND process = '' AND (platform, item) IN ("
        f"SELECT platform, item FROM delivery WHERE state = 'waiting' AND process = '' AND next_at <= :due {condition} "
        f"ORDER BY next_at, event LIMIT :limit) RETURNING {_ROW}",
        limit=limit,
        **values,
    )
    return sorted((Delivery(*row) for row in rows), key=lambda delivery: (delivery.next_at, delivery.event))


def _created_since(db: Database, since: float, rule: str | None = None) -> int:
    query, values = "SELECT count(*) FROM delivery WHERE counted_at >= :since", dict[str, Any](since=since)
    if rule is not None:
        query, values = f"{query} AND rule = :rule", values | {"rule": rule}
    return int(db.rows(query, **values)[0][0])


def _bounded(text: str) -> str:
    return cut(clean(text), _MOST_CUT)
