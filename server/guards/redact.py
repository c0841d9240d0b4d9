"""Guards the secrets: those we hold and those that stand in free text, in answers, errors, questions and logs."""

import logging
import re
from collections.abc import Callable, Iterable
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext

from server.guards.memory import Forms, Sessions, fold, hide, present, scope
from server.guards.patterns import HIDDEN, mask, parts_of
from tools.kit.invisible import clean

_LEAST = 3


class Redactor:
    """Masks every secret it knows, and what looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._held = Forms(filter(None, secrets), room=10**9)

    def __call__(self, text: str) -> str:
        """Take out of others' text what is invisible, which could split a secret, then the secrets."""
        call = present()
        known = () if call is None else (call.memory.shown, call.memory.sent, call.call)
        return mask(hide(clean(text), self._held, *known))

    def ours(self, text: str) -> str:
        """Take out of our own words, or a caller's, nothing but a credential that we hold."""
        return hide(clean(text), self._held)

    def holds(self, text: str) -> bool:
        """Whether a credential that we hold stands in a text."""
        return bool(self._held.within(fold(clean(text))))

    def is_spoilt(self, text: str) -> bool:
        """Whether what was learned makes a name unreadable that a person needs in order to decide.

        What a caller handed in may not hide anything in a question; what a platform showed may hide a part.
        """
        call = present()
        if call is None:
            return False
        text = clean(text)
        if hide(text, call.memory.sent, call.call) != text:
            return True
        left = hide(text, call.memory.shown)
        return left != text and not re.search(r"\w", left.replace(HIDDEN, ""))

    def learn(self, secret: str) -> None:
        """Remember for this session a secret that a platform showed, such as an environment's password."""
        if (call := present()) is not None:
            call.was_shown(secret)

    def hand_in(self, secrets: Iterable[str]) -> None:
        """Hide a call's own secrets in what belongs to that call, and nowhere else before the act."""
        if (call := present()) is not None:
            call.hand_in(secrets)

    def was_sent(self) -> None:
        """Remember the call's own secrets for this session, once the act has happened."""
        if (call := present()) is not None:
            call.was_sent()

    def hiding(self, secrets: Iterable[str]) -> Callable[[str], str]:
        """This redactor, which also hides some secrets however short; for what is said about a call that had them."""
        forms = {form for secret in secrets for form in (secret, *parts_of(secret)) if len(form.strip()) >= _LEAST}
        if not forms:
            return self
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(forms, key=len, reverse=True)))})(?!\w)")
        return lambda text: self(pattern.sub(HIDDEN, clean(text)))


def remember_session(sessions: Sessions) -> ServerMiddleware[Any]:
    """Middleware, to stand first, that gives each request the memory of its session, and a scope of its own in it."""

    async def remember(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        with scope(sessions.of(ctx)):
            return await call_next(ctx)

    return remember


class RedactingFormatter(logging.Formatter):
    """Redacts a whole log line, traceback included; a filter would see neither it nor child loggers' records."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))
