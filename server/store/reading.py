"""What the ledger says of each act: its records put together."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from server.store import processes
from server.store.engine import Database
from server.store.handover_records import HAND_OVER
from server.store.ledger import Entry, entries

UNDER_WAY: Final = "under way"
UNKNOWN: Final = "unknown"


@dataclass
class RecordedAct:
    """One act, by its records."""

    key: str
    seq: int
    at: float
    sent: Mapping[str, Any]
    ended: Mapping[str, Any] | None = None
    settled: Mapping[str, Any] | None = None
    is_running: bool = field(default=False)

    @property
    def outcome(self) -> str:
        """`done`, `failed`, `unknown` or `under way`; what a person settled counts."""
        if self.settled is not None:
            return str(self.settled["outcome"])
        if self.ended is None:
            return UNDER_WAY if self.is_running else UNKNOWN
        return str(self.ended["outcome"])

    @property
    def is_for_a_person(self) -> bool:
        """Whether a person has to find out what it left; the next attempt of a hand-over looks by itself."""
        return self.outcome == UNKNOWN and self.sent.get("tool") != HAND_OVER

    def row(self) -> dict[str, Any]:
        """The act as one short row."""
        consent = self.sent.get("consent") or {}
        row = {
            "act": self.seq,
            "when": self.sent["when"],
            "who": self.sent["who"],
            "client": self.sent["client"],
            "platform": self.sent["platform"],
            "account": self.sent["account"],
            "tool": self.sent["tool"],
            "outcome": self.outcome,
            "confirmed": consent.get("how"),
            "what": consent.get("question") or self.sent["arguments"],
        }
        if self.outcome == UNKNOWN and (tool := (self.ended or {}).get("settle_with")):
            row["settle_with"] = tool
        return row


def acts(db: Database) -> list[RecordedAct]:
    """All acts in the ledger, oldest first."""
    return _together(entries(db), _running(db))


def newest_acts(db: Database, most: int) -> list[RecordedAct]:
    """The newest acts, newest first, however long the ledger is."""
    keys = db.rows(
        "SELECT act FROM ledger WHERE seq > (SELECT coalesce(max(seq), 0) FROM ledger) - :few "
        "GROUP BY act ORDER BY max(seq) DESC LIMIT :most",
        few=most * 8,
        most=most,
    )
    return _of(db, [key for (key,) in keys])


def unknown_acts(db: Database) -> list[RecordedAct]:
    """The acts of unknown outcome that a person has to settle, newest first."""
    keys = db.rows(
        "SELECT key FROM act WHERE state = 'sent' OR (state = 'ended' AND outcome = 'unknown') ORDER BY begun_at DESC"
    )
    return [act for act in _of(db, [key for (key,) in keys]) if act.is_for_a_person]


def _of(db: Database, keys: Iterable[str]) -> list[RecordedAct]:
    """The acts of these keys, in their order."""
    running = _running(db)
    return [act for key in keys for act in _together(entries(db, act=key), running)]


def _running(db: Database) -> dict[str, bool]:
    """Whether the acts that were sent and have no end are still under way."""
    return {
        key: not processes.has_ended(process, begun_at, db.silence)
        for key, process, begun_at in db.rows(
            "SELECT key, process, begun_at FROM act WHERE state = 'sent' "
            "UNION ALL SELECT act, process, at FROM handover WHERE state = 'intended'"
        )
    }


def _together(records: Iterable[Entry], running: Mapping[str, bool]) -> list[RecordedAct]:
    found: dict[str, RecordedAct] = {}
    for entry in records:
        kind = entry.record.get("kind")
        if kind == "sent":
            act = RecordedAct(entry.act, entry.seq, entry.at, entry.record, is_running=running.get(entry.act, False))
            found[entry.act] = act
        elif (known := found.get(entry.act)) is not None and kind in {"ended", "settled"}:
            setattr(known, str(kind), entry.record)
        elif known is not None and kind == HAND_OVER and entry.record["state"] == "intended":
            known.ended = None  # another attempt of the same act is under way
    return list(found.values())


@dataclass(frozen=True)
class Filter:
    """Which acts to show."""

    since: float | None = None
    platform: str | None = None
    account: str | None = None
    tool: str | None = None
    who: str | None = None
    outcome: str | None = None

    def takes(self, act: RecordedAct) -> bool:
        """Whether an act passes."""
        return (
            (self.since is None or act.at >= time.time() - self.since)
            and self.platform in {None, act.sent["platform"]}
            and self.account in {None, act.sent["account"]}
            and self.tool in {None, act.sent["tool"]}
            and self.who in {None, act.sent["who"]}
            and self.outcome in {None, act.outcome}
        )


def local_time(when: str) -> str:
    """A recorded time in this machine's zone, to the second."""
    return datetime.fromisoformat(when).astimezone().strftime("%Y-%m-%d %H:%M:%S")
