"""The secrets that the redactor knows, where they came from, and for how long they are kept.

Held: the credentials of this process, for its lifetime. Shown: credential fields in platform responses, for one
session, or for a person who shares the server with others. Sent: secret arguments of a caller, for its call, and after
the act for its session. Shown and sent secrets are stored separately, so that no caller can displace what a platform
showed; a full store rejects new secrets and keeps the old ones, and what is not remembered is still masked by its form.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote as percent
from weakref import WeakKeyDictionary

from server.guards.patterns import looks_secret, parts_of
from server.guards.redaction.folding import fold
from server.guards.redaction.held import HeldSecrets
from server.guards.redaction.spans import Span
from server.team.person import Person
from server.team.session import session_number

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

ROOM: Final = 200_000
"""Characters per store; the secrets of a test environment have a few hundred."""
IDLE_SECONDS: Final = 3_600.0
"""How long an idle person or shared session is remembered; this process does not hear of every end."""
MOST_REMEMBERED: Final = 1_000
"""People and shared sessions; whoever was idle longest is forgotten."""
_FEW: Final = 100
_GRAM: Final = 4


class SecretStore:
    """A store of secrets, each in the spellings in which a text may contain it."""

    def __init__(self, secrets: Iterable[str] = (), room: int = ROOM) -> None:
        self._forms: dict[str, None] = {}
        self._starts: dict[str, list[str]] = {}
        self._learned: set[str] = set()
        self._free = room
        for secret in secrets:
            self.add(secret)

    def __contains__(self, secret: str) -> bool:
        return fold(secret) in self._forms

    def __bool__(self) -> bool:
        return bool(self._forms)

    def add(self, secret: str) -> None:
        """Add a secret, while there is room."""
        # JSON can write half a character, and then no encoding takes it.
        percented = percent(secret, safe="", errors="surrogatepass")
        spellings = {secret, percented, secret.replace("\\", "\\\\").replace('"', '\\"')}
        for form in map(fold, spellings):
            if len(form) >= _GRAM and form not in self._forms and len(form) <= self._free:
                self._free -= len(form)
                self._forms[form] = None
                self._starts.setdefault(form[:_GRAM], []).append(form)

    def learn(self, secret: str) -> None:
        """Add those parts of a secret that look like one. A platform shows the same ones with every answer."""
        if secret in self._learned:
            return
        for part in {secret, *parts_of(secret)}:
            if looks_secret(part):
                self.add(part)
        if len(self._learned) < _FEW:
            self._learned.add(secret)

    def within(self, folded: str) -> list[str]:
        """The spellings that occur in a folded text."""
        if len(self._forms) <= _FEW:
            return [form for form in self._forms if form in folded]
        grams = {folded[at : at + _GRAM] for at in range(len(folded) - _GRAM + 1)}
        return [form for gram in grams & self._starts.keys() for form in self._starts[gram] if form in folded]


def known_spans(text: str, *rooms: SecretStore) -> list[Span]:
    """The places of the secrets of some stores in a text, ignoring diacritics and invisible characters."""
    rooms = tuple(filter(None, rooms))
    if not rooms:
        return []
    folded = fold(text)
    found = {form for room in rooms for form in room.within(folded)}
    if not found:
        return []
    pattern = re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True))))
    spans = [match.span() for match in pattern.finditer(folded)]
    if folded == text:
        return spans
    origins = [at for at, character in enumerate(text) for _ in fold(character)] + [len(text)]
    return [(origins[start], origins[end]) for start, end in spans]


NO_SECRETS: Final = HeldSecrets(())
_held = lru_cache(_FEW)(HeldSecrets)
"""A client sends the same credentials with each request."""


@dataclass
class Memory:
    """The secrets of one session."""

    shown: SecretStore = field(default_factory=SecretStore)
    sent: SecretStore = field(default_factory=SecretStore)


@dataclass
class Scope:
    """One call: the memory of its session, and the secrets in its own arguments."""

    memory: Memory = field(default_factory=Memory)
    given: set[str] = field(default_factory=set)
    call: SecretStore = field(default_factory=SecretStore)
    own: HeldSecrets = NO_SECRETS
    """The credentials that came with the request itself."""

    def hand_in(self, secrets: Iterable[str]) -> None:
        """Mask a call's own secrets within that call."""
        for secret in secrets:
            if secret not in self.given:
                self.given.add(secret)
                self.call.learn(secret)

    def was_sent(self) -> None:
        """Remember a call's own secrets for the session, once the act has happened."""
        for secret in self.given:
            self.memory.sent.learn(secret)

    def was_shown(self, secret: str) -> None:
        """Remember for the session a secret that a platform showed, unless it came from this call's arguments."""
        if secret not in self.given:
            self.memory.shown.learn(secret)


_scope: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current_scope() -> Scope | None:
    """The current call, if any."""
    return _scope.get()


@contextmanager
def scope(memory: Memory, own: Collection[str] = ()) -> Iterator[Scope]:
    """Set the current call of a session; `own` are the credentials that came with it."""
    now = Scope(memory, own=_held(frozenset(own)) if own else NO_SECRETS)
    token = _scope.set(now)
    try:
        yield now
    finally:
        _scope.reset(token)


class Sessions:
    """The memory of each session; over HTTP one per MCP session, or per person.

    Of a session that several processes serve, each remembers what it has seen itself.

    Nobody else's: a request without a session or a person has a fresh one.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._only = Memory()
        self._of: WeakKeyDictionary[Any, Memory] = WeakKeyDictionary()
        self._remembered: OrderedDict[str, tuple[float, Memory]] = OrderedDict()
        self._now = now

    def of(self, ctx: "ServerRequestContext[Any, Any]", person: Person | None = None) -> Memory:
        """The memory of the session that a request belongs to."""
        if ctx.request is None:
            return self._only  # a pipe has one client
        if person is not None and person.is_team:
            return self._of_name(f"person {person.name}")
        if (number := session_number(ctx)) is not None:
            return self._of_name(f"session {number}")
        return self._of.setdefault(
            ctx.session._connection, Memory()
        )  # private; the only object that lives as long as the session

    def _of_name(self, name: str) -> Memory:
        """The memory of a person, who may have several clients, or of a shared session; a fresh one after an hour."""
        now = self._now()
        used, memory = self._remembered.pop(name, (now, Memory()))
        self._remembered[name] = now, memory if now - used < IDLE_SECONDS else Memory()
        while len(self._remembered) > MOST_REMEMBERED or self._oldest < now - IDLE_SECONDS:
            self._remembered.popitem(last=False)
        return self._remembered[name][1]

    @property
    def _oldest(self) -> float:
        """When whoever was idle longest was last heard of."""
        return next(iter(self._remembered.values()))[0]
