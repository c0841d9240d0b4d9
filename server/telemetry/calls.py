"""Middleware: a span, the metrics and a line in the log for each message, without what the client wrote."""

import logging
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import anyio
from mcp import MCPError
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.types import CONNECTION_CLOSED, INTERNAL_ERROR, CallToolResult, InputRequiredResult
from pydantic import ValidationError

from server.guards.redact import Redactor
from server.logs import CALLS
from server.observing import CallNotes, Outcome, current_call
from server.telemetry import instruments as m
from server.telemetry.names import KnownTool, era, known_method, named_tool, plain_id

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from server.telemetry.telemetry import Telemetry
    from server.telemetry.tracing import Tracing

LOGGED: Final = frozenset({"tools/call", "resources/read", "prompts/get"})
BAD: Final = frozenset({"invalid", "failed", "unknown", "error"})
"""Outcomes that a span counts as errors; a refusal is a guard at work."""

logger = logging.getLogger(CALLS)


class Calls:
    """Follows each message of the session that has these tools."""

    def __init__(self, tools: Mapping[str, KnownTool], redact: Redactor, telemetry: "Telemetry | None" = None) -> None:
        self.tools, self.redact, self.telemetry = tools, redact, telemetry

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        with _Message(self, ctx) as message:
            result = await call_next(ctx)
            message.outcome = ended(result, message.notes)
        return result


class _Message:
    """One message, from its arrival to its answer."""

    def __init__(self, calls: Calls, ctx: ServerRequestContext[Any, Any]) -> None:
        self._calls, self._telemetry = calls, calls.telemetry
        self._method, self._era = known_method(ctx.method), era(ctx.protocol_version)
        self._name = ""
        self._tool: KnownTool | None = None
        if ctx.method == "tools/call":
            self._name, self._tool = named_tool(calls.tools, ctx.params)
        self._ctx, self.notes = ctx, CallNotes(tool=self._name)
        self.outcome: Outcome = "error"
        self._open: AbstractContextManager[Span] | None = None
        self._span: Span | None = None

    def __enter__(self) -> Self:
        self._token, self._began = current_call.set(self.notes), time.perf_counter()
        if self._telemetry is not None and self._tool is not None:
            self._telemetry.measures.add(m.IN_FLIGHT)
        if self._telemetry is not None and self._telemetry.tracing is not None:
            self._begin_span(self._telemetry.tracing)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.outcome = broken(error, self.notes)
        seconds = time.perf_counter() - self._began - self.notes.waited
        if self._telemetry is not None:
            self._measure(self._telemetry, seconds)
        if self._method in LOGGED and logger.isEnabledFor(logging.INFO):
            _log(self._method, self._name, self.outcome, seconds)
        if self._open is not None and self._span is not None:
            _finish(self._span, self.outcome, self.notes)
            self._open.__exit__(kind, error, trace)
        current_call.reset(self._token)

    def _begin_span(self, tracing: "Tracing") -> None:
        from opentelemetry.trace import SpanKind

        from server.telemetry.tracing import parent_of

        attributes: dict[str, str | int | float | bool] = {
            "mcp.method.name": self._method,
            "testdesk.era": self._era,
        }
        if identifier := plain_id(self._ctx.request_id, self._calls.redact):
            attributes["jsonrpc.request.id"] = identifier
        if self._tool is not None:
            attributes |= {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": self._name}
            attributes |= {"testdesk.effect": self._tool.effect, "testdesk.platform": self._tool.platform}
        name = f"{self._method} {self._name}".rstrip()
        self._open = tracing.span(name, SpanKind.SERVER, attributes, parent_of(self._ctx.meta))
        self._span = self._open.__enter__()

    def _measure(self, telemetry: "Telemetry", seconds: float) -> None:
        measures = telemetry.measures
        measures.add(m.MESSAGES, self._method, self._era)
        if self._method == "initialize" and self.outcome == "done":
            measures.add(m.SESSIONS)
        if self.outcome == "asked":
            telemetry.question("asked")
        if self._tool is not None:
            measures.add(m.IN_FLIGHT, amount=-1)
            measures.add(m.CALLS, self._name, self.outcome)
            measures.observe(m.CALL_SECONDS, seconds, self._tool.platform, self._tool.effect)


def ended(result: HandlerResult, notes: CallNotes) -> Outcome:
    """The outcome of a message that was answered."""
    match result:
        case CallToolResult(is_error=True) | {"isError": True}:
            return notes.outcome or "refused"  # a sentence of ours, before anything was sent
        case InputRequiredResult() | {"resultType": "input_required"}:
            return "asked"
    return "done"


def broken(error: BaseException, notes: CallNotes) -> Outcome:
    """The outcome of a message that has no answer, or an error of the protocol."""
    if isinstance(error, anyio.get_cancelled_exc_class()):
        return "cancelled" if notes.outcome != "unknown" else "unknown"
    if isinstance(error, MCPError):
        if error.error.code == CONNECTION_CLOSED:
            return "cancelled"
        return notes.outcome or ("error" if error.error.code == INTERNAL_ERROR else "invalid")
    return "invalid" if isinstance(error, ValidationError) else "error"


def _finish(span: "Span", outcome: Outcome, notes: CallNotes) -> None:
    span.set_attribute("testdesk.outcome", outcome)
    if notes.waited:
        span.set_attribute("testdesk.waited_for_user", round(notes.waited, 3))
    if outcome in BAD:
        from opentelemetry.trace import StatusCode

        span.set_attribute("error.type", outcome)
        span.set_status(StatusCode.ERROR)


def _log(method: str, name: str, outcome: Outcome, seconds: float) -> None:
    milliseconds = round(seconds * 1000, 1)
    fields = {"outcome": outcome, "milliseconds": milliseconds}
    logger.info("%s %s in %.1f ms", name or method, outcome, milliseconds, extra={"fields": fields})
