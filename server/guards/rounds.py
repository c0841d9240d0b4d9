"""Rounds of a question on a modern connection: each answer is used once, and its response time is known.

There a question is the result of a call, and the call is repeated with the user's answer and a sealed state.
"""

import hashlib
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Final

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

from server.guards.open_acts import closing_acts
from tools.kit.errors import Refused

KEPT_SECONDS: Final = 1_200.0
"""Seconds that a used round is remembered; a sealed round is valid for 10 minutes."""


@dataclass(frozen=True)
class _Round:
    key: str
    arrived: float


_present: ContextVar[_Round | None] = ContextVar("round", default=None)


@dataclass
class Rounds:
    """When each question was asked, and which rounds were answered, so that a replay does nothing."""

    asking: frozenset[str]
    """The tools that ask; other tools' forms are not ours to judge."""
    naming: frozenset[str] = frozenset()
    """Those that may ask for a name: only the question knows whether a text is the right one."""
    _used: dict[str, float] = field(default_factory=dict)
    _asked: dict[str, float] = field(default_factory=dict)

    async def remember(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Middleware before the SDK's own, to see the sealed state of a round, which is unique per question.

        After the SDK's middleware only the unsealed state is visible, which is equal for equal questions.
        """
        params = ctx.params if isinstance(ctx.params, Mapping) else {}
        name = params.get("name")
        if ctx.method != "tools/call" or not isinstance(name, str) or name not in self.asking:
            return await call_next(ctx)
        state, now = params.get("requestState"), time.monotonic()
        present = _Round(_key(state), now) if isinstance(state, str) else None
        answers = params.get("inputResponses")
        if not _is_yes(answers, is_name=name in self.naming):
            if present is not None:
                # Immediately: a yes to the same round could overtake this call.
                self._used.setdefault(present.key, now)
            ctx = replace(ctx, params={**params, "inputResponses": _as_the_sdk_takes_it(answers)})
        token = _present.set(present)
        try:
            async with closing_acts():
                result = await call_next(ctx)
        finally:
            _present.reset(token)
        asked = result.get("requestState") if isinstance(result, Mapping) else getattr(result, "request_state", None)
        if isinstance(asked, str):
            self._keep(self._asked, _key(asked))
        return result

    def use(self) -> None:
        """Use up the yes of the current round.

        Raises:
            Refused: when this round was answered before, with any answer.
        """
        present = _present.get()
        if present is None:
            return  # a handshake connection: its answer can arrive only once
        if present.key in self._used:
            raise Refused(
                "This question was already answered, and an answer is used once. Read the "
                "current state; if it has to be done, call again and the user is asked again."
            )
        self._keep(self._used, present.key)

    @staticmethod
    def current_key() -> str | None:
        """What identifies the current round in every process; None outside of one."""
        present = _present.get()
        return None if present is None else f"round-{present.key}"

    def end(self) -> None:
        """End the current round, since its answer was not the one that was asked for."""
        present = _present.get()
        if present is not None:
            self._used.setdefault(present.key, time.monotonic())

    def seconds(self) -> float | None:
        """Response time of the current round; None if another process asked the question."""
        present = _present.get()
        asked = None if present is None else self._asked.get(present.key)
        return None if present is None or asked is None else present.arrived - asked

    @staticmethod
    def _keep(times: dict[str, float], key: str) -> None:
        now = time.monotonic()
        for old in [key for key, when in times.items() if now - when > KEPT_SECONDS]:
            del times[old]
        times[key] = now


def _key(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()


def _as_the_sdk_takes_it(answers: Any) -> dict[str, Any]:
    """Convert answers other than a yes to a form that the SDK passes on to us."""
    taken: dict[str, Any] = {}
    for name, answer in answers.items() if isinstance(answers, Mapping) else ():
        action = answer.get("action") if isinstance(answer, Mapping) else None
        content = answer.get("content") if isinstance(answer, Mapping) else None
        is_no = isinstance(content, Mapping) and content.get("answer") == "no"
        form = {"action": "accept", "content": {"answer": "no"}} if is_no else {"action": "accept"}
        taken[str(name)] = {"action": action} if action in {"decline", "cancel"} else form
    return taken


def _is_text(answer: Any) -> bool:
    return isinstance(answer, str) and answer.strip() not in ("", "no")


def _is_yes(answers: Any, *, is_name: bool = False) -> bool:
    """Whether a round brought a yes, what may be the name that was asked for, or no answer; the act uses up the yes."""
    if not isinstance(answers, Mapping) or not answers:
        return answers is None or answers == {}
    return all(
        isinstance(answer, Mapping)
        and answer.get("action") == "accept"
        and isinstance(content := answer.get("content"), Mapping)
        and (content.get("answer") == "yes" or (is_name and _is_text(content.get("answer"))))
        for answer in answers.values()
    )
