"""Hand-overs: one row for each defect in each place of a tracker, which decides whether a create may be sent.

A row is `intended` from before a create is sent, then `created` or, when the answer was lost, `unknown`. Of two that
claim the same defect one gets it. An attempt whose process has ended is taken over, and what it may have created is
looked up before anything is sent again.
"""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.store import handover_records as records
from server.store import ledger, processes
from server.store.engine import Database, Engine
from tools.kit.hand_over import Handover, How


@dataclass(frozen=True)
class _Row:
    """A hand-over, and the standing order's act that it belongs to."""

    handover: Handover
    who: str
    act: str


class StoredHandovers:
    """The hand-overs in the store.

    `who` is a standing order, whose hand-overs are acts of their own in the ledger. Without it they are parts of the
    act that is being carried out.
    """

    def __init__(self, engine: Engine, *, who: str | None = None) -> None:
        self._engine, self._who = engine, who or ""

    async def look(self, place: str, marker: str) -> Handover | None:
        """What is known of a defect in a place; an attempt that ended without an outcome is `unknown`."""
        if not self._engine.exists:
            return None
        row = await self._engine.read(lambda db: _look(db, place, marker))
        return None if row is None else row.handover

    async def claim(self, place: str, marker: str, about: Mapping[str, Any]) -> Handover | None:
        """Record that an issue is about to be created, or return what stands in the way.

        An attempt that ended without an outcome is taken over. It is returned as `unknown`, with the time at which its
        create may have been sent last.
        """

        def run(db: Database) -> Handover | None:
            while True:
                row, is_new = self._enter(db, place, marker, about)
                if is_new:
                    if not self._who:
                        self._append(db, row, "intended", about=about)
                    return None
                if row.handover.state != "unknown":
                    return row.handover
                if self._take_over(db, row, about):
                    return replace(row.handover, attempts=row.handover.attempts + 1)

        return await self._engine.run(run)

    async def created(self, place: str, marker: str, *, id: str, key: str, url: str, how: How) -> None:  # noqa: A002 - the protocol's name
        """Record the issue, whoever claimed it; the first one stays unless another one is linked."""
        issue = {name: records.bounded(text) for name, text in {"id": id, "key": key, "url": url, "how": how}.items()}

        def run(db: Database) -> None:
            row, _ = self._enter(db, place, marker, {})
            known = row.handover
            is_first = known.state != "created"
            if not is_first and _is_same(known, issue):
                return
            if is_first or how == "linked":
                db.change(
                    "UPDATE handover SET state = 'created', id = :id, key = :key, url = :url, how = :how, "
                    "created_at = :now WHERE place = :place AND marker = :marker",
                    now=time.time(),
                    place=place,
                    marker=marker,
                    **issue,
                )
            if not self._who or not is_first:
                # Where two issues exist after all, the ledger names both.
                more = {} if is_first else {"besides": known.key or known.id}
                self._append(db, row, "created", issue=issue, **more)
            if row.who and is_first:
                ledger.append(db, row.act, records.ended("done", issue=issue))

        await self._engine.run(run)

    async def unknown(self, place: str, marker: str, why: str, *, sent: bool = True) -> None:
        """Record that a create was sent and its outcome is not known.

        `sent=False` is for an attempt that took another one over and has sent nothing itself: the time at which a
        create may have been sent last stays that of the attempt before.
        """

        def run(db: Database) -> None:
            row, _ = self._enter(db, place, marker, {})
            is_changed = db.change(
                "UPDATE handover SET state = 'unknown', at = coalesce(:at, before_at, at) "
                "WHERE place = :place AND marker = :marker AND state != 'created' AND process = :own",
                at=time.time() if sent else None,
                place=place,
                marker=marker,
                own=processes.OWN,
            )
            if not self._who or not is_changed:
                self._append(db, row, "unknown", why=why)
            if row.who and is_changed:
                ledger.append(db, row.act, records.ended("unknown", why=why))

        await self._engine.run(run)

    async def withdrawn(self, place: str, marker: str, why: str) -> None:
        """Record that nothing was created, so that the next attempt is a first one.

        Of an attempt that took another one over, this holds only once the issue was looked up and is not there. An
        issue that is on record, and another process's attempt, stay.
        """

        def run(db: Database) -> None:
            row = _look(db, place, marker)
            is_gone = db.change(
                "DELETE FROM handover "
                "WHERE place = :place AND marker = :marker AND state != 'created' AND process = :own",
                place=place,
                marker=marker,
                own=processes.OWN,
            )
            if row is None or not is_gone:
                return
            if not self._who:
                self._append(db, row, "withdrawn", why=why)
            if row.who:
                ledger.append(db, row.act, records.ended("failed", why=why))

        await self._engine.run(run)

    async def stepped(self, place: str, marker: str, step: str) -> None:
        """Record what was done after the creation, once.

        Raises:
            LookupError: when no issue is on record.
        """
        step = records.bounded(step)

        def run(db: Database) -> None:
            row = _look(db, place, marker)
            if row is None or row.handover.state != "created":
                raise LookupError(f"No issue for {marker} is on record in {place}.")
            if step in row.handover.steps:
                return
            steps = json.dumps([*row.handover.steps, step], ensure_ascii=False)
            query = "UPDATE handover SET steps = :steps WHERE place = :place AND marker = :marker"
            db.change(query, steps=steps, place=place, marker=marker)
            self._append(db, row, "stepped", step=step)

        await self._engine.run(run)

    async def forget(self, place: str, marker: str, why: str) -> None:
        """Take an issue off the record that no longer exists; the ledger keeps that it was there."""

        def run(db: Database) -> None:
            row = _look(db, place, marker)
            query = "DELETE FROM handover WHERE place = :place AND marker = :marker AND state = 'created'"
            if row is not None and db.change(query, place=place, marker=marker):
                self._append(db, row, "forgotten", key=row.handover.key or row.handover.id, why=why)

        await self._engine.run(run)

    def _enter(self, db: Database, place: str, marker: str, about: Mapping[str, Any]) -> tuple[_Row, bool]:
        """The row, and whether it is new and this process's; a standing order's act begins with a new one."""
        act = secrets.token_hex(12)
        is_new = db.change(
            "INSERT INTO handover (place, marker, state, process, at, attempts, who, act) VALUES "
            "(:place, :marker, 'intended', :own, :now, 1, :who, :act) ON CONFLICT DO NOTHING",
            place=place,
            marker=marker,
            own=processes.OWN,
            now=time.time(),
            who=self._who,
            act=act,
        )
        if is_new and self._who:
            ledger.append(db, act, records.sent(self._who, place, marker, about))
        row = _look(db, place, marker)
        # A database with concurrent writers may have lost the row in between.
        return self._enter(db, place, marker, about) if row is None else (row, bool(is_new))

    def _take_over(self, db: Database, row: _Row, about: Mapping[str, Any]) -> bool:
        """Take an attempt over that ended without an outcome; false if another process was faster."""
        known, begins = row.handover, bool(self._who) and not row.who
        who, act = (self._who, secrets.token_hex(12)) if begins else (row.who, row.act)
        # The attempts are compared: a database with concurrent writers checks the statement's row again.
        is_taken = db.change(
            "UPDATE handover SET state = 'intended', process = :own, before_at = at, at = :now, "
            "who = :who, act = :act, attempts = attempts + 1 "
            "WHERE place = :place AND marker = :marker AND state != 'created' AND attempts = :attempts",
            own=processes.OWN,
            now=time.time(),
            who=who,
            act=act,
            place=known.place,
            marker=known.marker,
            attempts=known.attempts,
        )
        if is_taken and begins:
            ledger.append(db, act, records.sent(who, known.place, known.marker, about))
        elif is_taken:
            self._append(db, row, "intended", about=about, attempt=known.attempts + 1)
        return bool(is_taken)

    def _append(self, db: Database, row: _Row, state: str, **more: Any) -> None:
        """Append the record of a part, to the act that is being carried out or to the hand-over's own."""
        act = (None if self._who else ledger.current_act.get()) or row.act
        ledger.append(db, act, records.part(state, row.handover.place, row.handover.marker, **more))


def _look(db: Database, place: str, marker: str) -> _Row | None:
    rows = db.rows(
        "SELECT state, process, at, attempts, id, key, url, how, steps, who, act FROM handover "
        "WHERE place = :place AND marker = :marker",
        place=place,
        marker=marker,
    )
    if not rows:
        return None
    state, process, at, attempts, id_, key, url, how, steps, who, act = rows[0]
    is_running = state == "intended" and not processes.is_over(process, at, db.silence)
    if state == "intended" and not is_running:
        state = "unknown"  # it ended with its process: what was sent may have happened
    handover = Handover(
        place,
        marker,
        state,
        at,
        attempts,
        is_running,
        id=id_,
        key=key,
        url=url,
        how=how,
        steps=tuple(json.loads(steps)),
    )
    return _Row(handover, who, act)


def _is_same(known: Handover, issue: Mapping[str, Any]) -> bool:
    """Whether an issue is the one on record; some answers have no id."""
    if known.id and issue["id"]:
        return bool(known.id == issue["id"])
    return (known.key, known.url) == (issue["key"], issue["url"])
