"""What the processes of a server hand to each other about handshake sessions, and what the sessions have subscribed to.

A client's message arrives at any process: the answer to a question that another one asked, say. Its row is the truth; a
hint only says that there is one.
"""

import time
from dataclasses import dataclass
from typing import Final, Literal

from server.store.engine import Database, Engine

Kind = Literal["answer", "cancel", "end"]
TOPIC: Final = "session"
"""What the hints are about."""
FORGET_SECONDS: Final = 900.0
"""How long an answer or a cancellation waits for the process that it is for."""
END_SECONDS: Final = 86_400.0
"""How long the end of a session is remembered; its id has expired by then."""
MOST_WAITING: Final = 100
"""Answers of one person that wait at once."""
MOST_SUBSCRIBED: Final = 200
"""Resources of one session."""


@dataclass(frozen=True)
class Handed:
    """A message that waits for the process that it is for."""

    number: int
    session: str
    kind: Kind
    id: str


class SessionRows:
    """The rows of all sessions, in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def hand(self, kind: Kind, session: str, principal: str, identifier: str = "", body: str = "") -> bool:
        """Store a message for the process that it is for; False where too many of the person's wait already.

        The first message about the same thing counts.

        Raises:
            StoreError: when it is not stored.
        """
        now = time.time()

        def run(db: Database) -> bool:
            _forget(db, now)
            waiting = "SELECT count(*) FROM handed WHERE principal = :principal AND kind <> 'end'"
            if kind != "end" and db.rows(waiting, principal=principal)[0][0] >= MOST_WAITING:
                return False
            db.change(
                "INSERT INTO handed (session, kind, id, principal, body, at) "
                "VALUES (:session, :kind, :id, :principal, :body, :now) ON CONFLICT DO NOTHING",
                session=session,
                kind=kind,
                id=identifier,
                principal=principal,
                body=body,
                now=now,
            )
            if kind == "end":
                db.change("DELETE FROM subscription WHERE session = :session", session=session)
            db.hint_arrival(TOPIC)
            return True

        return await self._engine.run(run)

    async def since(self, number: int) -> tuple[int, list[Handed]]:
        """The number of the last message, and the messages after `number`."""
        query = "SELECT number, session, kind, id FROM handed WHERE number > :number ORDER BY number"
        rows = await self._engine.read(lambda db: db.rows(query, number=number))
        return (rows[-1][0] if rows else number), [Handed(*row) for row in rows]

    async def take(self, number: int) -> str | None:
        """A message's body, once; None when it was taken before."""
        query = "DELETE FROM handed WHERE number = :number RETURNING body"
        rows = await self._engine.run(lambda db: db.rows(query, number=number))
        return str(rows[0][0]) if rows else None

    async def heard(self, seconds: float) -> None:
        """Wait until there may be a message, at most about so long."""
        await self._engine.heard(seconds, TOPIC)

    async def subscribe(self, session: str, uri: str) -> bool:
        """Have a session told of a resource's changes; False where it has too many already."""
        now = time.time()

        def run(db: Database) -> bool:
            db.change("DELETE FROM subscription WHERE at < :before", before=now - END_SECONDS)
            held = "SELECT count(*) FROM subscription WHERE session = :session AND uri <> :uri"
            if db.rows(held, session=session, uri=uri)[0][0] >= MOST_SUBSCRIBED:
                return False
            db.change(
                "INSERT INTO subscription (session, uri, at) VALUES (:session, :uri, :now) ON CONFLICT DO NOTHING",
                session=session,
                uri=uri,
                now=now,
            )
            return True

        return await self._engine.run(run)

    async def unsubscribe(self, session: str, uri: str) -> None:
        query = "DELETE FROM subscription WHERE session = :session AND uri = :uri"
        await self._engine.run(lambda db: db.change(query, session=session, uri=uri))

    async def subscribers(self, uri: str) -> set[str]:
        """The sessions that are told of a resource's changes."""
        query = "SELECT session FROM subscription WHERE uri = :uri AND at > :after"
        after = time.time() - END_SECONDS
        return {str(row[0]) for row in await self._engine.read(lambda db: db.rows(query, uri=uri, after=after))}


def _forget(db: Database, now: float) -> None:
    old = "DELETE FROM handed WHERE at < :before AND (kind <> 'end' OR at < :long_before)"
    db.change(old, before=now - FORGET_SECONDS, long_before=now - END_SECONDS)
