"""What an admin sees of a shared server: people and keys, budgets, waiting questions, acts and unknown outcomes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final, Protocol

from server.guards.budgets import Budgets
from server.store import ledger
from server.store.approvals import Approval, Approvals
from server.store.engine import Database, Engine
from server.store.reading import RecordedAct, newest_acts, unknown_acts

MOST_ACTS: Final = 50
MOST_UNKNOWN: Final = 200


@dataclass(frozen=True)
class KnownKey:
    """A key of a person, without anything that would let it be guessed."""

    name: str
    expires: date | None = None
    """Its last day, in UTC; None: it never expires."""

    @property
    def has_expired(self) -> bool:
        return self.expires is not None and datetime.now(UTC).date() > self.expires


@dataclass(frozen=True)
class KnownPerson:
    """A person as the settings name them."""

    name: str
    rights: tuple[str, ...]
    keys: tuple[KnownKey, ...] = ()
    has_subject: bool = False
    """Whether tokens of the identity provider may be this person's."""
    own: tuple[str, ...] = ()
    """The platforms of which the person has credentials of their own."""


class Register(Protocol):
    """Who is known."""

    def known(self) -> Sequence[KnownPerson]:
        """The people that the settings name, by name."""

    @property
    def problem(self) -> str:
        """What is wrong with the files that name them, since they were last read well; empty: nothing."""


@dataclass(frozen=True)
class Overview:
    """Everything, at one moment."""

    made_at: str
    store: str
    people: Sequence[KnownPerson] = ()
    budgets: Sequence[str] = ()
    waiting: Sequence[Approval] = ()
    unknown: Sequence[RecordedAct] = ()
    acts: Sequence[RecordedAct] = ()
    records: int = 0
    head: str = ""
    notes: Sequence[str] = field(default_factory=tuple)

    def as_json(self) -> dict[str, Any]:
        """The same as plain data; no digest of a key is in it."""
        return {
            "made_at": self.made_at,
            "store": self.store,
            "people": [
                {
                    "name": person.name,
                    "rights": list(person.rights),
                    "keys": [
                        {"name": key.name, "expires": key.expires and key.expires.isoformat()} for key in person.keys
                    ],
                    "identity_provider": person.has_subject,
                    "own_credentials": list(person.own),
                }
                for person in self.people
            ],
            "budgets": list(self.budgets),
            "waiting": [
                {"number": one.number, "who": one.principal, "tool": one.tool, "question": one.words}
                for one in self.waiting
            ],
            "unknown": [act.row() for act in self.unknown],
            "acts": [act.row() for act in self.acts],
            "ledger": {"records": self.records, "head": self.head},
            "notes": list(self.notes),
        }


async def overview(engine: Engine, budgets: Budgets, register: Register | None) -> Overview:
    """Read all of it; nothing is changed.

    Raises:
        StoreError: when the store cannot be read.
    """

    def read(db: Database) -> tuple[list[RecordedAct], list[RecordedAct], int, str]:
        count, head = ledger.head(db)
        return newest_acts(db, MOST_ACTS), unknown_acts(db), count, head

    acts, unknown, records, head = await engine.read(read) if engine.exists else ([], [], 0, "")
    notes = [register.problem] if register is not None and register.problem else []
    if len(unknown) > MOST_UNKNOWN:
        notes.append(f"{len(unknown) - MOST_UNKNOWN} more acts are of unknown outcome; `testdesk ledger` lists them.")
    return Overview(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        store=engine.place,
        people=tuple(register.known()) if register is not None else (),
        budgets=await budgets.left(),
        waiting=tuple(await Approvals(engine).pending()) if engine.exists else (),
        unknown=unknown[:MOST_UNKNOWN],
        acts=acts,
        records=records,
        head=head,
        notes=notes,
    )
