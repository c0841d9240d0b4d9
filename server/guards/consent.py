"""Guards the data and the money: a person says yes before anything is destroyed or ordered.

The client asks the user, through the protocol; the model has no way to answer. After the answer the act is begun again
and its question compared, so that what changed while the user was reading is asked again.
"""

import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from mcp import MCPError
from mcp.server.elicitation import render_elicitation_schema
from mcp.server.mcpserver import AcceptedElicitation, Context, Elicit, ElicitationResult
from mcp.types import CONNECTION_CLOSED
from pydantic import BaseModel, ConfigDict, Field

from server.configuration import Way
from server.guards.rounds import Rounds
from server.guards.waiting import person_asked
from server.observing import Answer, events, note_wait
from tools.kit.asking import Asking
from tools.kit.errors import Refused
from tools.kit.missing import Missing
from tools.kit.text import cut
from tools.kit.toolset import Effect

MODERN: Final = "2026-07-28"
MOST_CHARACTERS: Final = 8_000
"""Characters that hosts can show in one form."""
TRIES: Final = 3
SOON: Final = 0.3
"""Seconds in which nobody can read a question: a faster answer came from a program."""
CONFIRMED_CHARACTERS: Final = 600


def _only_its_fields(schema: dict[str, Any]) -> None:
    """Keep only type, properties and required: some hosts cancel a form with any other keyword."""
    for name in set(schema) - {"type", "properties", "required"}:
        del schema[name]


class Consent(BaseModel):
    """The user's answer: a choice without a default, since a ticked box is easily missed."""

    model_config = ConfigDict(json_schema_extra=_only_its_fields, strict=True)

    answer: Literal["no", "yes"] = Field(title="Carry this out?")


class TypedName(BaseModel):
    """The user's answer where a choice is given too easily: the name of the object, typed."""

    model_config = ConfigDict(json_schema_extra=_only_its_fields, strict=True)

    answer: str = Field(title="Type its name to confirm")


FORM: Final[dict[str, Any]] = render_elicitation_schema(Consent)
NAME_FORM: Final[dict[str, Any]] = render_elicitation_schema(TypedName)


@dataclass(frozen=True)
class Question:
    """A question, and who asks it: our form, or the host through its own approval of the call."""

    words: str
    by: Literal["form", "approval", "host"] = "form"
    person: str = ""
    """Who approved it outside of the client."""
    names: frozenset[str] = frozenset()
    """What the user may type to confirm: the object's name, as it is shown and as it is; none: yes is enough."""

    @property
    def form(self) -> type[Consent] | type[TypedName]:
        """The form that asks it."""
        return TypedName if self.names else Consent

    def is_yes(self, answer: object) -> bool:
        """Whether an answer in its form confirms it."""
        return isinstance(answer, str) and (answer.strip() in self.names if self.names else answer == "yes")

    @property
    def confirmed(self) -> dict[str, str]:
        """The `confirmed` field of the answer."""
        return {
            "how": "typed" if self.names and self.by == "form" else self.by,
            "what": cut(self.words, CONFIRMED_CHARACTERS),
        }


@dataclass(frozen=True)
class OpenAct:
    """An act that is paused at its question; nothing has been changed."""

    act: Asking[Any]
    question: Question | None
    """None if this case needs no question."""
    missing: Missing
    """What could not be read before the question."""

    @property
    def words(self) -> str | None:
        return None if self.question is None else self.question.words


@dataclass(frozen=True)
class Verdict:
    """The outcome of a question; an act continues only if it `passed`."""

    passed: bool
    reason: str = ""
    """Why it did not pass."""
    act: OpenAct | None = None


Begin = Callable[[], Awaitable[OpenAct]]
"""Begins the same act again, up to its question."""

WRONG_NAME: Final = "What the user typed is not the name that was asked for; call again to ask again."
NOBODY: Final = "No confirmation came back (an unattended client answers automatically)."


def can_ask(ctx: Context[Any, Any]) -> bool:
    """Whether this client can show a form to the user."""
    capabilities = ctx.client_capabilities
    elicitation = capabilities.elicitation if capabilities is not None else None
    if elicitation is None or (elicitation.form is None and elicitation.url is not None):
        return False
    return is_modern(ctx) or ctx.session.can_send_request


def is_modern(ctx: Context[Any, Any]) -> bool:
    """Whether this connection carries questions in results instead of requests (2026-07-28)."""
    return (ctx.protocol_version or "") >= MODERN


def refusal(ctx: Context[Any, Any], tool: str, effect: Effect, by: Way) -> Refused | None:
    """Why nobody can confirm an act that asks here; None where somebody can."""
    if by == "refuse":
        return Refused(f"{tool} would need a confirmation. {forbidden(effect)}")
    return cannot_ask(tool) if by == "ask" and not can_ask(ctx) else None


def forbidden(effect: Effect) -> str:
    """The sentence for acts of an effect that the operator has ruled out."""
    return (
        f'The operator has ruled out such acts here: [consent] in testdesk.toml has {effect} = "refuse". '
        "The user can do it in the platform's web app."
    )


def cannot_ask(tool: str) -> Refused:
    """The refusal for a client without forms, with the alternatives."""
    return Refused(
        f"{tool} needs the user's yes, and this client cannot ask for it. The user can do it in the platform's web "
        "app or use a client that supports MCP elicitation; the operator can let TESTDESK_STORE name a file, so that "
        "`testdesk approve` can ask in a terminal, or set TESTDESK_CONSENT=client where the host itself shows each "
        "call for approval."
    )


def bounded(words: str) -> str:
    """Refuse a question that is longer than hosts can show.

    Raises:
        Refused: with the size that fits.
    """
    if len(words) > MOST_CHARACTERS:
        raise Refused(
            f"The question would have {len(words)} characters, and hosts show {MOST_CHARACTERS}. Shorten the texts or "
            f"the list by {len(words) - MOST_CHARACTERS} characters."
        )
    return words


async def ask(ctx: Context[Any, Any], act: OpenAct, rounds: Rounds) -> Verdict | Elicit[Consent] | Elicit[TypedName]:
    """Ask the question of an act: as a request of ours, or on a modern connection through the SDK.

    The SDK checks that a yes belongs to the same question. Any other answer is judged here, since the SDK would word a
    malformed answer in its own way.
    """
    if act.question is None or act.question.by != "form":
        return Verdict(True, act=act)
    if not is_modern(ctx):
        return await _put(ctx, act.question)
    answers = list((ctx.input_responses or {}).values())
    if answers:
        verdict = _judge(answers[0].model_dump(by_alias=True), rounds.seconds(), act.question)
        if not verdict.passed and verdict.reason != WRONG_NAME:  # which may be that of the words before
            return verdict
    words = act.question.words
    return Elicit(words, TypedName) if act.question.names else Elicit(words, Consent)


async def decide(ctx: Context[Any, Any], act: OpenAct, answer: ElicitationResult[Any], begin: Begin) -> Verdict:
    """Judge the answer; on a handshake connection, begin the act again and repeat the question while it changes.

    On a modern connection the round that brings the answer has begun the act again, and the SDK has compared the
    questions.
    """
    given = answer.data if isinstance(answer, AcceptedElicitation) else None
    if isinstance(given, Consent | TypedName):
        is_yes = act.question is not None and type(given) is act.question.form and act.question.is_yes(given.answer)
        return Verdict(is_yes, WRONG_NAME if isinstance(given, TypedName) else "The user said no.", act)
    verdict = given if isinstance(given, Verdict) else Verdict(False, NOBODY)
    if not verdict.passed or act.question is None or act.question.by != "form":
        return verdict
    for _ in range(TRIES):
        fresh = await begin()
        if fresh.question is None or fresh.words == act.words:
            return replace(verdict, act=replace(fresh, question=act.question))
        act = fresh
        verdict = await _put(ctx, fresh.question, "This has changed since you were asked. ")
        if not verdict.passed:
            return verdict
    return Verdict(False, "It kept changing while the user was asked.")


async def _put(ctx: Context[Any, Any], question: Question, before: str = "") -> Verdict:
    """Send a question over a handshake connection and judge its answer.

    Its id is unguessable: the SDK takes an answer with the id "1" for one to the request 1.
    """
    form = NAME_FORM if question.names else FORM
    params = {"message": before + question.words, "requestedSchema": form}
    identifier = f"question-{secrets.token_hex(8)}"
    channel = ctx.session._request_outbound  # private: `elicit_form` uses guessable ids and its own errors
    began = time.monotonic()
    events.get().question("asked")
    try:
        async with person_asked():
            raw = await channel.send_raw_request("elicitation/create", params, {"request_id": identifier})
            seconds = time.monotonic() - began
    except MCPError as error:
        if error.error.code == CONNECTION_CLOSED:
            raise
        return Verdict(False, "The client could not put the question to the user.")
    finally:
        note_wait(time.monotonic() - began)
    return _judge(raw, seconds, question)


def _judge(raw: Mapping[str, Any], seconds: float | None, question: Question) -> Verdict:
    verdict = _verdict(raw, seconds, question)
    answer: Answer = "no" if verdict.reason.startswith("The user") else "none"
    events.get().question("yes" if verdict.passed else answer)
    return verdict


def _verdict(raw: Mapping[str, Any], seconds: float | None, question: Question) -> Verdict:
    """Turn an answer into a verdict; everything but an accepted form with a yes, or the right name, is a no."""
    action, content = raw.get("action"), raw.get("content")
    answer = content.get("answer") if isinstance(content, Mapping) else None
    if action == "accept" and question.is_yes(answer):
        return Verdict(True)
    if action == "accept" and question.names and isinstance(answer, str) and answer.strip() not in ("", "no"):
        return Verdict(False, WRONG_NAME)
    if action not in ("decline", "cancel") and (action != "accept" or answer != "no"):
        wanted = "the name of the object" if question.names else "yes or no"
        return Verdict(False, f"The form came back without its answer, which is {wanted}; call again to ask again.")
    if seconds is None or seconds < SOON:
        return Verdict(False, NOBODY)
    how = "closed the question" if action == "cancel" else "said no"
    return Verdict(False, f"The user {how}.")
