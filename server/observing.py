"""What the server reports of its calls and of itself; silent unless telemetry or a log of calls listens."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Literal, Protocol, get_args

from tools.kit.errors import NotConfigured, OutcomeUnknown, Refused, TestdeskError

Outcome = Literal["done", "asked", "refused", "invalid", "failed", "unknown", "cancelled", "error"]
"""How a call ended. `asked`: with a question that the client answers in its next round; `refused`: nothing was sent;
`invalid`: its arguments or its name; `failed`: the platform; `unknown`: a write got no answer; `error`: unforeseen."""
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
Reason = Literal["missing", "several", "scheme", "key", "token", "unavailable"]
"""Why a request over HTTP was turned away, by what it sent: nothing, two headers, another scheme, a key or a token that
nobody vouches for; `unavailable`: nobody could be asked."""
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)
Answer = Literal["asked", "yes", "no", "none"]
"""A question that was put to the user, or the answer to one; `none`: a form without it, or an answer by a program."""
KEY_PREFIX: Final = b"tdk_"


@dataclass
class CallNotes:
    """What is known of the current call so far."""

    tool: str = ""
    outcome: Outcome | None = None
    waited: float = 0.0
    """Seconds in which it waited for the user's answer."""

    def note(self, outcome: Outcome) -> None:
        """Note a failure; an unknown outcome is not replaced by what follows from it."""
        if self.outcome != "unknown":
            self.outcome = outcome


current_call: Final[ContextVar[CallNotes | None]] = ContextVar("current_call", default=None)
"""The notes of the current call, where somebody wants them."""


def note_outcome(outcome: Outcome) -> None:
    """Note how the current call fails, unless it is known already."""
    if (call := current_call.get()) is not None:
        call.note(outcome)


def note_failure(error: BaseException) -> None:
    """Note the error of the current call."""
    note_outcome(outcome_of(error))


def note_wait(seconds: float) -> None:
    """Note a time in which the current call waited for the user."""
    if (call := current_call.get()) is not None:
        call.waited += seconds


def outcome_of(error: BaseException) -> Outcome:
    """The outcome of a call that this error ends."""
    if isinstance(error, OutcomeUnknown):
        return "unknown"
    if isinstance(error, Refused | NotConfigured):
        return "refused"
    return "failed" if isinstance(error, TestdeskError) else "error"


class Events(Protocol):
    """Counts what happens beside the calls themselves."""

    def act_ended(self, platform: str, outcome: str) -> None:
        """An act was recorded with its outcome."""

    def question(self, answer: Answer) -> None:
        """A question was put to the user, or answered."""

    def turned_away(self, reason: Reason) -> None:
        """A request over HTTP had no valid credential."""

    def readiness(self, *, is_ready: bool) -> None:
        """Whether the server can do its work now: not stopping, and its store answers."""

    def call_waiting(self) -> AbstractContextManager[object]:
        """Follow the wait of a call in its person's queue, inside the context."""


class _Silent:
    def act_ended(self, platform: str, outcome: str) -> None:
        return

    def question(self, answer: Answer) -> None:
        return

    def turned_away(self, reason: Reason) -> None:
        return

    def readiness(self, *, is_ready: bool) -> None:
        return

    def call_waiting(self) -> AbstractContextManager[object]:
        return nullcontext()


events: Final[ContextVar[Events]] = ContextVar("events", default=_Silent())  # noqa: B039 - it has no state
"""Who counts them."""


def reason_of(headers: Sequence[tuple[bytes, bytes]], status: int) -> Reason:
    """Why a request was turned away, in one of a few words and never in its own."""
    if status >= 500:
        return "unavailable"
    given = [value for name, value in headers if name == b"authorization"]
    if len(given) != 1:
        return "several" if given else "missing"
    scheme, _, credential = given[0].partition(b" ")
    if scheme.lower() != b"bearer" or not credential.strip():
        return "scheme"
    return "key" if credential.strip().startswith(KEY_PREFIX) else "token"
