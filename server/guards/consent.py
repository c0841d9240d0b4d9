"""Guards the data and the money: a person says yes before anything is destroyed or ordered.

The person is asked by the client, through the protocol; the model has no way to answer. The words of the question are
read freshly from the platform, and read again before the act: what changed while the person thought is asked again.
"""

import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import AcceptedElicitation, Context, Elicit, ElicitationResult
from pydantic import BaseModel, ConfigDict, Field

from tools.kit.errors import Refused

MODERN: Final = "2026-07-28"
MOST_CHARACTERS: Final = 8_000
"""What hosts can show in one form."""
KEPT_SECONDS: Final = 1_200.0
"""A sealed round is good for 10 minutes; a used one is remembered for longer than that."""
TRIES: Final = 3


def _only_its_fields(schema: dict[str, Any]) -> None:
    """Leave type, properties and required: a host that knows no other word in a form answers it by itself."""
    for name in set(schema) - {"type", "properties", "required"}:
        del schema[name]


class Consent(BaseModel):
    """What a person answers; a choice without a default, since a ticked box is easily missed."""

    model_config = ConfigDict(json_schema_extra=_only_its_fields, strict=True)

    answer: Literal["no", "yes"] = Field(title="Carry this out?")


@dataclass(frozen=True)
class Verdict:
    """What came of asking; `passed` is the only way to an act."""

    passed: bool
    how: str


Read = Callable[[], Awaitable[str | None]]
"""Reads the words of a question, or None where none is needed."""

_sealed_round: ContextVar[str | None] = ContextVar("sealed_round", default=None)


async def remember_round(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Middleware in front of the SDK's own: keeps the sealed state of a second round, unique to one question asked.

    Behind the SDK's boundary only the unsealed state is seen, equal for equal questions.
    """
    params: Any = ctx.params
    state = params.get("requestState") if isinstance(params, Mapping) else None
    token = _sealed_round.set(state if isinstance(state, str) else None)
    try:
        return await call_next(ctx)
    finally:
        _sealed_round.reset(token)


@dataclass
class Rounds:
    """The rounds whose yes was used, so that the same one sent again does nothing."""

    _used: dict[str, float] = field(default_factory=dict)

    def use(self) -> None:
        """Use up the yes of the present round.

        Raises:
            Refused: when it was used before.
        """
        state = _sealed_round.get()
        if state is None:
            return  # a handshake connection: its answer came over the live connection, once
        now = time.monotonic()
        for old in [key for key, when in self._used.items() if now - when > KEPT_SECONDS]:
            del self._used[old]
        key = hashlib.sha256(state.encode()).hexdigest()
        if key in self._used:
            raise Refused(
                "This yes was already used for the same call, so nothing was sent now. Read the current state; "
                "if it has to be done once more, call again and the person is asked again."
            )
        self._used[key] = now


def can_ask(ctx: Context[Any, Any]) -> bool:
    """Whether this client can put a form in front of a person."""
    capabilities = ctx.client_capabilities
    elicitation = capabilities.elicitation if capabilities is not None else None
    if elicitation is None or (elicitation.form is None and elicitation.url is not None):
        return False
    return is_modern(ctx) or ctx.session.can_send_request


def is_modern(ctx: Context[Any, Any]) -> bool:
    """Whether questions travel in the answers of this connection instead of as requests."""
    return (ctx.protocol_version or "") >= MODERN


def cannot_ask(tool: str) -> Refused:
    """The refusal for a client without forms, with what a person can do."""
    return Refused(
        f"{tool} needs a person's yes, and this client cannot ask for it, so nothing was sent. A person can do it in "
        "the platform's web app, use a client that supports MCP elicitation, or let the operator set "
        "TESTDESK_CONSENT=client where the host itself shows each call for approval."
    )


def bounded(words: str) -> str:
    """Refuse a question that is larger than hosts can show.

    Raises:
        Refused: with the size that fits.
    """
    if len(words) > MOST_CHARACTERS:
        raise Refused(
            f"What a person would have to read is {len(words)} characters and hosts show {MOST_CHARACTERS}. Shorten "
            f"the texts or the list by {len(words) - MOST_CHARACTERS} characters. Nothing was sent."
        )
    return words


def ask(words: str | None) -> Consent | Elicit[Consent]:
    """The question as the SDK puts it, or a yes where none is needed."""
    return Consent(answer="yes") if words is None else Elicit(words, Consent)


async def still(ctx: Context[Any, Any], words: str | None, answer: ElicitationResult[Consent], read: Read) -> Verdict:
    """Judge the answer; on a handshake connection, read again and ask again while the words change.

    On a modern connection the SDK has done so: the round that brings the answer reads anew, and an answer to other
    words than those is asked again.
    """
    verdict = judge(answer)
    if not verdict.passed or is_modern(ctx):
        return verdict
    for _ in range(TRIES):
        now = await read()
        if now is None or now == words:
            return verdict
        words = now
        verdict = judge(await ctx.elicit(f"This has changed since you were asked. {now}", Consent))
        if not verdict.passed:
            return verdict
    return Verdict(False, "it kept changing while the person was asked")


def judge(answer: ElicitationResult[Consent]) -> Verdict:
    """Turn an answer into a verdict; everything but an accepted form with a yes in it is a no."""
    if isinstance(answer, AcceptedElicitation):
        return Verdict(True, "yes") if answer.data.answer == "yes" else Verdict(False, "the person said no")
    return Verdict(False, {"decline": "the person said no", "cancel": "the person closed the question"}[answer.action])
