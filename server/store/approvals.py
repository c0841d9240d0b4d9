"""Approvals: questions that a person answers outside of the client, each bound to one exact call."""

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from server.store.engine import Database, Engine

State = Literal["pending", "approved", "declined", "used"]

VALID_SECONDS: Final = 600.0
"""How long after its question an approval can be given and used."""
MOST_PENDING: Final = 20
"""Questions of one principal that may wait at once."""
KEPT_SECONDS: Final = 86_400.0
"""How long an expired approval stays, so that `testdesk approve` can say what became of it."""
ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without 0, 1, I and O, which people mix up."""
LENGTH: Final = 8


@dataclass(frozen=True)
class NewApproval:
    """A question for a person."""

    binding: str
    """What the approval is for: a digest of everything that it must not pass for anything else."""
    words: str
    names: tuple[str, ...]
    """What may be typed to approve; none: yes is enough."""
    principal: str
    client: str
    tool: str
    account: str


@dataclass(frozen=True)
class Approval:
    """A question with its number, and what became of it."""

    number: str
    words: str
    names: tuple[str, ...]
    principal: str
    client: str
    tool: str
    account: str
    asked_at: float
    expires_at: float
    state: State
    answered_at: float | None
    answered_by: str | None

    @property
    def is_over(self) -> bool:
        """Whether its time is up."""
        return time.time() >= self.expires_at


class Approvals:
    """The approvals in the store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def ask(self, new: NewApproval) -> Approval | None:
        """Enter a question, or renew the one of this binding that waits; one that was declined stays so.

        None where too many of the principal's questions wait.
        """

        def run(db: Database) -> Approval | None:
            now = time.time()
            known = db.rows(
                f"SELECT {_ROW} FROM approval WHERE binding = :binding AND principal = :principal "  # noqa: S608 - our own words
                "AND state IN ('pending', 'declined') AND expires_at > :now ORDER BY asked_at DESC",
                binding=new.binding,
                principal=new.principal,
                now=now,
            )
            if known:
                found = _approval(known[0])
                if found.state == "pending":
                    db.change(
                        "UPDATE approval SET expires_at = :until WHERE number = :number",
                        until=now + VALID_SECONDS,
                        number=found.number,
                    )
                return _of(db, found.number)
            db.change("DELETE FROM approval WHERE expires_at < :old", old=now - KEPT_SECONDS)
            waiting = db.rows(
                "SELECT count(*) FROM approval WHERE principal = :principal AND state = 'pending' "
                "AND expires_at > :now",
                principal=new.principal,
                now=now,
            )
            return None if waiting[0][0] >= MOST_PENDING else _of(db, _insert(db, new, now))

        return await self._engine.run(run)

    async def look(self, number: str) -> Approval | None:
        """The approval of this number, as a person may write it."""
        return await self._engine.read(lambda db: _of(db, normalized(number)))

    async def pending(self) -> Sequence[Approval]:
        """The questions that wait for an answer, oldest first."""
        query = f"SELECT {_ROW} FROM approval WHERE state = 'pending' AND expires_at > :now ORDER BY asked_at"  # noqa: S608 - our own words
        return [_approval(row) for row in await self._engine.read(lambda db: db.rows(query, now=time.time()))]

    async def answer(self, number: str, *, yes: bool, by: str) -> bool:
        """Record a person's answer; false where the question no longer waits."""

        def run(db: Database) -> bool:
            changed = db.change(
                "UPDATE approval SET state = :state, answered_at = :now, answered_by = :by "
                "WHERE number = :number AND state = 'pending' AND expires_at > :now",
                state="approved" if yes else "declined",
                now=time.time(),
                by=by,
                number=normalized(number),
            )
            return bool(changed)

        return await self._engine.run(run)

    async def use(self, binding: str, principal: str) -> str | None:
        """Use up an approval of this binding, and return who gave it; None if there is none left."""

        def run(db: Database) -> str | None:
            # The state is compared twice: a database with concurrent writers checks the outer one again.
            rows = db.rows(
                "UPDATE approval SET state = 'used' WHERE state = 'approved' AND number = ("
                "SELECT number FROM approval WHERE binding = :binding AND principal = :principal "
                "AND state = 'approved' AND expires_at > :now ORDER BY answered_at LIMIT 1) RETURNING answered_by",
                binding=binding,
                principal=principal,
                now=time.time(),
            )
            return str(rows[0][0]) if rows else None

        return await self._engine.run(run)


def normalized(number: str) -> str:
    """A number as it is stored."""
    return number.replace("-", "").replace(" ", "").upper()


_ROW = "number, words, names, principal, client, tool, account, asked_at, expires_at, state, answered_at, answered_by"


def _insert(db: Database, new: NewApproval, now: float) -> str:
    while True:
        number = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        is_new = db.change(
            "INSERT INTO approval (number, binding, words, names, principal, client, tool, account, asked_at, "
            "expires_at, state) VALUES (:number, :binding, :words, :names, :principal, :client, :tool, :account, "
            ":now, :until, 'pending') ON CONFLICT DO NOTHING",
            number=number,
            binding=new.binding,
            words=new.words,
            names=json.dumps(new.names, ensure_ascii=False),
            principal=new.principal,
            client=new.client,
            tool=new.tool,
            account=new.account,
            now=now,
            until=now + VALID_SECONDS,
        )
        if is_new:
            return number


def _of(db: Database, number: str) -> Approval | None:
    rows = db.rows(f"SELECT {_ROW} FROM approval WHERE number = :number", number=number)  # noqa: S608 - our own words
    return _approval(rows[0]) if rows else None


def _approval(row: Sequence[Any]) -> Approval:
    number, words, names, *rest = row
    return Approval(number, words, tuple(json.loads(names)), *rest)
