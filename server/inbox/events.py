"""Events in the store; nothing acknowledged is lost."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from server.store.engine import Database, Engine
from tools.kit.webhook import Counts, Event

NEWEST = (
    "number = (SELECT max(number) FROM event AS later "
    "WHERE later.platform = event.platform AND later.item = event.item)"
)
ROW = "number, kind, item, received_at, times, handled_at, document"
LAST: Final = 2**62
"""A number that no event reaches."""


class EventStore:
    """The events of all platforms, in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def is_there(self) -> bool:
        """Whether anybody has made the store yet; looking must not make it."""
        return self._engine.exists

    async def keep(self, platform: str, kind: str, key: str, item: str, document: Mapping[str, Any]) -> bool:
        text, event = json.dumps(document, ensure_ascii=False), {"platform": platform, "kind": kind, "key": key}

        def run(db: Database) -> bool:
            is_new = db.change(
                "INSERT INTO event (platform, kind, key, item, received_at, document) "
                "VALUES (:platform, :kind, :key, :item, :now, :document) ON CONFLICT DO NOTHING",
                **event,
                item=item,
                now=_now(),
                document=text,
            )
            if not is_new:
                db.change(
                    "UPDATE event SET times = times + 1 WHERE platform = :platform AND kind = :kind AND key = :key",
                    **event,
                )
            if is_new:
                db.hint_arrival()
            return bool(is_new)

        return await self._engine.run(run)

    async def events(self, platform: str, *, handled: bool | None, limit: int, before: int | None) -> list[Event]:
        wanted = {None: "", True: "AND handled_at IS NOT NULL", False: "AND handled_at IS NULL"}[handled]
        query = (
            f"SELECT {ROW} FROM event WHERE platform = :platform AND {NEWEST} {wanted} "  # noqa: S608 - our own words
            "AND number < :before ORDER BY number DESC LIMIT :limit"
        )
        rows = await self._engine.read(
            lambda db: db.rows(query, platform=platform, before=LAST if before is None else before, limit=limit)
        )
        return [_event(row) for row in rows]

    async def newest(self, platform: str, item: str) -> Event | None:
        query = f"SELECT {ROW} FROM event WHERE platform = :platform AND item = :item ORDER BY number DESC LIMIT 1"  # noqa: S608
        rows = await self._engine.read(lambda db: db.rows(query, platform=platform, item=item))
        return _event(rows[0]) if rows else None

    async def mark(self, platform: str, items: Sequence[str], *, handled: bool) -> list[str]:
        # Marking twice keeps the first time.
        when = "coalesce(handled_at, :now)" if handled else "nullif(:now, :now)"
        query = f"UPDATE event SET handled_at = {when} WHERE platform = :platform AND item = :item"  # noqa: S608

        def run(db: Database) -> list[str]:
            return [item for item in items if db.change(query, now=_now(), platform=platform, item=item)]

        return await self._engine.run(run)

    async def refuse(self, reason: str, times: int = 1) -> None:
        query = (
            "INSERT INTO refusal (reason, times) VALUES (:reason, :times) "
            "ON CONFLICT (reason) DO UPDATE SET times = refusal.times + excluded.times"
        )
        await self._engine.run(lambda db: db.change(query, reason=reason, times=times))

    async def counts(self, platform: str) -> Counts:
        query = f"SELECT handled_at IS NULL, count(*) FROM event WHERE platform = :platform AND {NEWEST} GROUP BY 1"  # noqa: S608

        def run(db: Database) -> Counts:
            counts = _pairs(db.rows(query, platform=platform))
            refused = _pairs(db.rows("SELECT reason, times FROM refusal"))
            return Counts(counts.get(True, 0), counts.get(False, 0), refused)

        return await self._engine.read(run)

    async def add_address(self, platform: str, digest: bytes, name: str) -> None:
        query = "INSERT INTO address (platform, digest, name, made_at) VALUES (:platform, :digest, :name, :now)"
        await self._engine.run(lambda db: db.change(query, platform=platform, digest=digest, name=name, now=_now()))

    async def remove_address(self, platform: str, digest: bytes) -> bool:
        query = "DELETE FROM address WHERE platform = :platform AND digest = :digest"
        return bool(await self._engine.run(lambda db: db.change(query, platform=platform, digest=digest)))

    async def addresses(self, platform: str) -> list[bytes]:
        query = "SELECT digest FROM address WHERE platform = :platform"
        return [bytes(digest) for (digest,) in await self._engine.read(lambda db: db.rows(query, platform=platform))]

    async def say(self, name: str, value: str) -> None:
        query = (
            "INSERT INTO fact (name, value) VALUES (:name, :value) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        )
        await self._engine.run(lambda db: db.change(query, name=name, value=value))

    async def said(self, name: str) -> str | None:
        rows = await self._engine.read(lambda db: db.rows("SELECT value FROM fact WHERE name = :name", name=name))
        return str(rows[0][0]) if rows else None

    async def arrived_since(self, number: int) -> tuple[int, list[tuple[str, str]]]:
        query = "SELECT number, platform, item FROM event WHERE number > :number ORDER BY number"
        came = await self._engine.read(lambda db: db.rows(query, number=number))
        return (came[-1][0] if came else number), [(platform, item) for _, platform, item in came]

    async def heard(self, seconds: float) -> None:
        await self._engine.heard(seconds)

    async def close(self) -> None:
        await self._engine.close()


def _pairs(rows: Sequence[Sequence[Any]]) -> dict[Any, Any]:
    return {row[0]: row[1] for row in rows}


def _event(row: Sequence[Any]) -> Event:
    number, kind, item, received_at, times, handled_at, document = row
    return Event(
        number=number,
        kind=kind,
        item=item,
        received_at=datetime.fromisoformat(received_at),
        times=times,
        handled_at=datetime.fromisoformat(handled_at) if handled_at else None,
        document=json.loads(document),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
