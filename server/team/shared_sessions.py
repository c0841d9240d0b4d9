"""Handshake sessions that every process serves: messages reach the process that waits for them.

A question is asked by one process, and its answer arrives at any. Where the asking process is another one, the answer
goes through the store: the row is the truth, a hint wakes the others.
"""

import json
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol

import anyio
from mcp import MCPError
from mcp.server.request_state import InvalidRequestState
from mcp.types import INVALID_PARAMS, JSONRPCError, JSONRPCMessage, JSONRPCNotification, JSONRPCResponse, RequestId

from server.store.engine import Engine, StoreError
from server.store.sessions import END_SECONDS, MOST_SUBSCRIBED, Handed, SessionRows
from server.team import present
from server.team.keyring import ring
from server.team.person import Person
from server.team.sealed import Session, SessionSeal

logger = logging.getLogger(__name__)

SECONDS: Final = 0.1
"""How often the rows are looked at where no hint comes; a look takes a fraction of a millisecond."""
LONGEST_ANSWER: Final = 65_536
"""Characters of an answer that is handed over; a form's has a few hundred."""
LONGEST_ID: Final = 200
"""Characters of a request's id; an index of the store takes no long ones."""
LONGEST_URI: Final = 500
TOO_MANY: Final = f"A session can subscribe to {MOST_SUBSCRIBED} resources, with addresses of {LONGEST_URI} characters."
STALLED: Final = 2.0
"""Seconds after which a client that does not read its stream loses it."""
CANCELLED: Final = "notifications/cancelled"

Answer = JSONRPCResponse | JSONRPCError


class NotHandedOver(Exception):
    """A message did not reach the process that it is for, for now; the text is the answer's sentence."""


class Exchange(Protocol):
    """A request of a session that this process is answering, or a stream that it holds open."""

    @property
    def is_stream(self) -> bool:
        """Whether it is the stream for what the server says by itself."""

    def waits_for(self, identifier: RequestId) -> bool:
        """Whether a question with this id is open."""

    def carries_out(self, identifier: RequestId) -> bool:
        """Whether the client's request with this id is being carried out."""

    async def feed(self, message: JSONRPCMessage) -> None:
        """Take a message as if the client had sent it here."""

    async def tell(self, uri: str) -> None:
        """Tell the client that a resource has changed."""

    async def end(self) -> None:
        """Close its stream and cancel what it carries out."""


class SharedSessions:
    """The sessions of all processes that share a store and keys, as one of them sees them."""

    def __init__(self, engine: Engine, keys: Sequence[bytes]) -> None:
        self._rows, self._codec = SessionRows(engine), ring(keys, "answer")
        self._seal = SessionSeal(keys)
        self._live: dict[str, list[Exchange]] = {}
        self._ended: dict[str, float] = {}
        self._last = 0
        self._are_gone = anyio.Event()

    def seal(self, session: Session) -> str:
        """The session's id, which any process can open."""
        return self._seal.seal(session)

    def session_of(self, sealed: str, owner: str) -> Session | None:
        """The session of an id; None where it has expired or ended, is somebody else's, or was never one."""
        session = self._seal.unseal(sealed, owner=owner)
        return None if session is None or session.number in self._ended else session

    @contextmanager
    def live(self, session: str, exchange: Exchange) -> Iterator[None]:
        """Let messages for an exchange reach it."""
        exchanges = self._live.setdefault(session, [])
        exchanges.append(exchange)
        try:
            yield
        finally:
            exchanges.remove(exchange)
            if not exchanges and self._live.get(session) is exchanges:
                del self._live[session]
            if not self._live:
                self._are_gone.set()

    async def answer(self, session: Session, message: Answer, person: Person | None = None) -> None:
        """Bring an answer to the process that asked; one to a question that nobody asked is dropped in time.

        With it go the rights of whoever answers, which may be fewer by now than when the question was asked.

        Raises:
            NotHandedOver: when the client may send it again.
        """
        if message.id is None or len(str(message.id)) > LONGEST_ID:
            return
        if await self._fed(session.number, "answer", message.id, message):
            return
        body = message.model_dump_json(by_alias=True, exclude_unset=True)
        if len(body) > LONGEST_ANSWER:
            raise NotHandedOver("The answer is too long.")
        sealed = self._codec.seal(json.dumps([body, _rights_of(person)]).encode())
        await self._hand("answer", session, str(message.id), sealed)

    async def cancel(self, session: Session, message: JSONRPCNotification) -> None:
        """Bring a cancellation to the process that carries the request out.

        Raises:
            NotHandedOver: when the client may send it again.
        """
        identifier = (message.params or {}).get("requestId")
        if not isinstance(identifier, str | int) or len(str(identifier)) > LONGEST_ID:
            return
        if not await self._fed(session.number, "cancel", identifier, message):
            await self._hand("cancel", session, str(identifier))

    async def end(self, session: Session) -> None:
        """End a session in all processes.

        Raises:
            NotHandedOver: when the client may send it again.
        """
        await self._hand("end", session)
        await self._end(session.number)

    async def subscribe(self, session: str, uri: str) -> None:
        """Have a session told of a resource's changes.

        Raises:
            MCPError: when it has too many subscriptions, or the address is too long.
            StoreError: when the store cannot be used.
        """
        if len(uri) > LONGEST_URI or not await self._rows.subscribe(session, uri):
            raise MCPError(INVALID_PARAMS, TOO_MANY)

    async def unsubscribe(self, session: str, uri: str) -> None:
        await self._rows.unsubscribe(session, uri)

    async def tell(self, uri: str) -> None:
        """Tell of a resource's change on the streams that this process holds, where their sessions subscribed."""
        streams = [(s, one) for s, live in self._live.items() for one in live if one.is_stream]
        if not streams:
            return
        subscribers = await self._rows.subscribers(uri)
        for _, stream in (pair for pair in streams if pair[0] in subscribers):
            with anyio.move_on_after(STALLED) as scope:
                await stream.tell(uri)
            if scope.cancelled_caught:
                await stream.end()

    async def follow(self) -> None:
        """Take what other processes hand over, until cancelled."""
        is_away = False
        while True:
            try:
                await self._look()
                is_away = False
            except StoreError as error:
                if not is_away:  # once, however long it is away
                    logger.error("what other processes hand over cannot be looked at: %s", error)
                is_away = True
            await self._rows.heard(SECONDS)

    async def close(self) -> None:
        """End everything that this process has open, and wait for it; the sessions go on in the others."""
        while self._live:
            self._are_gone = anyio.Event()
            for exchange in [one for live in self._live.values() for one in live]:
                await exchange.end()
            await self._are_gone.wait()

    async def _look(self) -> None:
        self._last, handed = await self._rows.since(self._last)
        for row in handed:
            if row.kind == "end":
                await self._end(row.session)
            elif self._waiting(row.session, row.kind, row.id) is not None:
                await self._take(row)

    async def _take(self, row: Handed) -> None:
        body = await self._rows.take(row.number)
        if body is None:
            return
        if row.kind == "cancel":
            params = {"requestId": row.id}
            message: JSONRPCMessage = JSONRPCNotification(jsonrpc="2.0", method=CANCELLED, params=params)
        else:
            opened = self._opened(body)
            if opened is None:
                return
            message = opened
        await self._fed(row.session, row.kind, row.id, message)

    def _opened(self, body: str) -> Answer | None:
        """An answer that was stored by a process with our keys: whoever can only write rows cannot say yes."""
        try:
            text, rights = json.loads(self._codec.unseal(body))
        except (InvalidRequestState, ValueError):  # of somebody else, or of another version
            logger.error("an answer that was handed over was not sealed with a key of this server")
            return None
        if rights is not None:
            issuer, name, held = rights
            present.note(Person(name, frozenset(held), issuer=issuer))
        given: dict[str, Any] = json.loads(text)
        kind = JSONRPCError if "error" in given else JSONRPCResponse
        return kind.model_validate(given, by_name=False)

    def _waiting(self, session: str, kind: str, identifier: RequestId) -> Exchange | None:
        for exchange in self._live.get(session, ()):
            is_its_own = exchange.carries_out if kind == "cancel" else exchange.waits_for
            if is_its_own(identifier):
                return exchange
        return None

    async def _fed(self, session: str, kind: str, identifier: RequestId, message: JSONRPCMessage) -> bool:
        exchange = self._waiting(session, kind, identifier)
        if exchange is not None:
            await exchange.feed(message)
        return exchange is not None

    async def _hand(self, kind: Any, session: Session, identifier: str = "", body: str = "") -> None:
        try:
            is_stored = await self._rows.hand(kind, session.number, session.owner, identifier, body)
        except StoreError as error:
            logger.error("a message could not be handed over: %s", error)
            raise NotHandedOver("The server's store cannot be used just now.") from error
        if not is_stored:
            raise NotHandedOver("Too many answers wait already.")

    async def _end(self, session: str) -> None:
        now = time.monotonic()
        for number in [number for number, at in self._ended.items() if now - at > END_SECONDS]:
            del self._ended[number]
        self._ended[session] = now
        for exchange in list(self._live.get(session, ())):
            await exchange.end()


def _rights_of(person: Person | None) -> tuple[str, str, list[str]] | None:
    """What the process that asked has to know of a person."""
    return None if person is None else (person.issuer, person.name, sorted(person.rights))
