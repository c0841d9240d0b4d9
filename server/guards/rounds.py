"""Rounds of a question on a modern connection: each answer is used once, and its response time is known.

There a question is the result of a call, and the call is repeated with the user's answer and a sealed state.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Final

import anyio
from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.request_state import InvalidRequestState, RequestStateBoundary

from server.guards.open_acts import closing_acts
from server.store.engine import StoreError
from server.store.rounds import KEPT_SECONDS, AnsweredRounds
from tools.kit.errors import Refused

logger = logging.getLogger(__name__)

ANSWERED: Final = (
    "This question was already answered, and an answer is used once. Read the current state; if it has to be done, "
    "call again and the user is asked again."
)


@dataclass(frozen=True)
class _Round:
    key: str
    arrived: float
    state: str = ""
    is_yes: bool = False


_present: ContextVar[_Round | None] = ContextVar("round", default=None)


@dataclass
class Rounds:
    """When each question was asked, and which rounds were answered, so that a replay does nothing."""

    asking: frozenset[str]
    """The tools that ask; other tools' forms are not ours to judge."""
    naming: frozenset[str] = frozenset()
    """Those that may ask for a name: only the question knows whether a text is the right one."""
    shared: AnsweredRounds | None = None
    """The rounds of all processes that seal with the same keys; None: this one has keys of its own."""
    whose: Callable[[], str] = str
    """Whose round a request brings: nobody uses up another person's by its sealed state."""
    sealed_at: Callable[[str], float | None] = lambda state: None
    """When a round was sealed, in seconds since 1970, by whichever process."""
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
        answers = params.get("inputResponses")
        is_yes = _is_yes(answers, is_name=name in self.naming)
        present = _Round(self._key(state), now, state, is_yes) if isinstance(state, str) else None
        if not is_yes:
            if present is not None:
                # Immediately: a yes to the same round could overtake this call.
                await self._refuse(present.key)
            ctx = replace(ctx, params={**params, "inputResponses": _as_the_sdk_takes_it(answers)})
        token = _present.set(present)
        try:
            async with closing_acts():
                result = await call_next(ctx)
        finally:
            _present.reset(token)
        asked = result.get("requestState") if isinstance(result, Mapping) else getattr(result, "request_state", None)
        if isinstance(asked, str):
            self._keep(self._asked, self._key(asked))
        return result

    async def use(self) -> None:
        """Use up the yes of the current round.

        Where rounds are shared, a yes that was used is not refused here: the act that it began has its key, so that
        it is carried out once and gives its answer back.

        Raises:
            Refused: when this round was answered before.
        """
        present = _present.get()
        if present is None:
            return  # a handshake connection: its answer can arrive only once
        if present.key in self._used:
            raise Refused(ANSWERED)
        if self.shared is None:
            self._keep(self._used, present.key)
            return
        try:
            stands = await self.shared.first(present.key, "yes")
        except StoreError as error:
            raise Refused(f"{error} An answer counts once in all processes, so nothing is done without it.") from error
        if stands == "no":
            raise Refused(ANSWERED)

    @staticmethod
    def current_key() -> str | None:
        """What identifies the current round in every process; None outside of one."""
        present = _present.get()
        return None if present is None else f"round-{present.key}"

    @property
    def brings_shared_yes(self) -> bool:
        """Whether the current call brings a yes that another process may have used."""
        present = _present.get()
        return self.shared is not None and present is not None and present.is_yes

    async def end(self) -> None:
        """End the current round, since its answer was not the one that was asked for."""
        present = _present.get()
        if present is not None:
            await self._refuse(present.key)

    def seconds(self) -> float | None:
        """Response time of the current round; None if nothing shows when the question was asked."""
        present = _present.get()
        if present is None:
            return None
        asked = self._asked.get(present.key)
        if asked is not None:
            return present.arrived - asked
        sealed = self.sealed_at(present.state)
        return None if sealed is None else time.time() - (time.monotonic() - present.arrived) - sealed

    async def _refuse(self, key: str) -> None:
        """No later yes to a round counts, in any process."""
        self._used.setdefault(key, time.monotonic())
        if self.shared is not None:
            try:
                with anyio.CancelScope(shield=True):
                    await self.shared.first(key, "no")
            except StoreError as error:
                # Without the store no act begins either; it is recorded when the store is there again.
                logger.error("a no could not be recorded yet: %s", error)

    def _key(self, state: str) -> str:
        return hashlib.sha256(f"{self.whose()}\0{state}".encode("utf-8", "surrogatepass")).hexdigest()

    @staticmethod
    def _keep(times: dict[str, float], key: str) -> None:
        now = time.monotonic()
        for old in [key for key, when in times.items() if now - when > KEPT_SECONDS]:
            del times[old]
        times[key] = now


def sealed_at(server: MCPServer[Any], state: str) -> float | None:
    """When a server that has the keys of this one sealed a round, in seconds since 1970; None if none of them did."""
    boundary = next((one for one in server.middleware if isinstance(one, RequestStateBoundary)), None)
    if boundary is None:
        return None
    try:
        sealed = json.loads(boundary._security.codec.unseal(state))["iat"]  # private: handlers see no claims
    except (InvalidRequestState, ValueError, KeyError, TypeError):
        return None
    return float(sealed) if isinstance(sealed, int | float) else None


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
