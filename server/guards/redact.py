"""Guards secrets, known and recognized ones, in answers, errors, questions and logs."""

import logging
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from server.guards.memory import Sessions, current_scope, known_spans, scope
from server.guards.patterns import parts_of
from server.guards.redaction.first_look import secret_spans
from server.guards.redaction.held import HeldSecrets
from server.guards.redaction.many import ManySecrets
from server.guards.redaction.spans import HIDDEN, Span, mask, union
from server.team.person import person_of
from tools.kit.invisible import clean

if TYPE_CHECKING:  # commands that serve no client, such as `testdesk approve`, do not pay for the SDK
    from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext

_LEAST = 3
_SHORT = 600
_LONG = 20_000
_PASSES = 4
_SHORT_TEXTS = 2_000


class Redactor:
    """Masks every secret it knows, and what looks like one.

    With `leaves_out`, whoever renders others' texts for a model leaves them out altogether. The credentials `of_people`
    who share the server are masked everywhere, those that they have `sent` in their own calls and in logs.
    """

    def __init__(
        self,
        secrets: Iterable[str] = (),
        *,
        leaves_out: bool = False,
        of_people: ManySecrets | None = None,
        sent: ManySecrets | None = None,
    ) -> None:
        self.leaves_out = leaves_out
        self._held = HeldSecrets(secrets)
        self._of_people, self._sent = of_people or ManySecrets(), sent or ManySecrets()
        self._short_spans = lru_cache(_SHORT_TEXTS)(self._spans)

    def __call__(self, text: str) -> str:
        """Strip invisible characters from others' text (they can split a secret), then redact it."""
        text, spans = self.find_secrets(text)
        for _ in range(_PASSES):
            if not spans:
                break
            text = mask(text, spans)
            # A mask is shorter than a secret and can bring a label and a value together: what is masked stays so.
            spans = self.find_secrets(text)[1] if len(text) <= _LONG else []
        return text

    def find_secrets(self, text: str) -> tuple[str, list[Span]]:
        """A text without stray invisible characters, and the places of the secrets in it."""
        text = clean(text)
        version = self._of_people.version
        spans = self._short_spans(text, version) if len(text) <= _SHORT else self._spans(text, version)
        if (call := current_scope()) is not None:
            known = known_spans(text, call.memory.shown, call.memory.sent, call.call)
            known += call.own.spans(text)
            return text, union([*spans, *known]) if known else spans
        return text, spans

    def _spans(self, text: str, version: int) -> list[Span]:
        """The places of what does not depend on the call; short texts come again with every answer.

        A version of the people's credentials is part of what is remembered of a short text.
        """
        return union(self._held.spans(text) + self._of_people.spans(text) + secret_spans(text))

    def _own_spans(self, text: str) -> list[Span]:
        call = current_scope()
        return self._held.spans(text) + self._of_people.spans(text) + (call.own.spans(text) if call is not None else [])

    def ours(self, text: str) -> str:
        """Redact our own words, or the caller's: mask only our own credentials."""
        text = clean(text)
        return mask(text, union(self._own_spans(text)))

    def holds(self, text: str) -> bool:
        """Whether a text contains one of our own credentials."""
        return bool(self._own_spans(clean(text)))

    def for_log(self, text: str) -> str:
        """Redact a log line, which can also be about a request that has ended."""
        text = clean(text)
        return self(mask(text, union(self._sent.spans(text))))

    def is_spoilt(self, text: str) -> bool:
        """Whether learned secrets would mask a name that the user needs to decide.

        A caller's own secrets must not mask anything in a question; those of a platform may mask a part.
        """
        call = current_scope()
        if call is None:
            return False
        text = clean(text)
        if known_spans(text, call.memory.sent, call.call):
            return True
        shown = union(known_spans(text, call.memory.shown))
        return bool(shown) and not re.search(r"\w", mask(text, shown).replace(HIDDEN, ""))

    def learn(self, secret: str) -> None:
        """Remember a secret that a platform showed, such as an environment's password, for this session."""
        if (call := current_scope()) is not None:
            call.was_shown(secret)

    def hand_in(self, secrets: Iterable[str]) -> None:
        """Mask a call's own secrets within that call, and nowhere else before the act."""
        if (call := current_scope()) is not None:
            call.hand_in(secrets)

    def was_sent(self) -> None:
        """Remember the current call's own secrets for this session, once the act has happened."""
        if (call := current_scope()) is not None:
            call.was_sent()

    def hiding(self, secrets: Iterable[str]) -> Callable[[str], str]:
        """A redactor that also masks some secrets of any length, for messages about a call that contained them."""
        forms = {form for secret in secrets for form in (secret, *parts_of(secret)) if len(form.strip()) >= _LEAST}
        if not forms:
            return self
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(forms, key=len, reverse=True)))})(?!\w)")
        return lambda text: self(pattern.sub(HIDDEN, clean(text)))


def remember_session(sessions: Sessions) -> "ServerMiddleware[Any]":
    """Outermost middleware: gives each request the memory of its session, and its own scope in it."""

    async def remember(ctx: "ServerRequestContext[Any, Any]", call_next: "CallNext") -> "HandlerResult":
        person = person_of(ctx)
        with scope(sessions.of(ctx, person), person.sent if person is not None else ()):
            return await call_next(ctx)

    return remember


class RedactingFormatter(logging.Formatter):
    """Redacts a whole log line, traceback included, which a logging filter would not see."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact.for_log(super().format(record))
