"""Spans of messages and of requests to platforms, from known words only."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mcp.shared._otel import extract_trace_context
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)

from server.version import __version__

Attributes = Mapping[str, str | int | float | bool]


class Tracing:
    """Makes spans with a provider of our own.

    The process's global provider stays unset: with it, the SDK of MCP would send spans that hold what clients wrote.
    """

    def __init__(self, provider: TracerProvider) -> None:
        self.provider = provider
        self._tracer = provider.get_tracer("testdesk", __version__)

    @contextmanager
    def span(self, name: str, kind: SpanKind, attributes: Attributes, parent: Context | None = None) -> Iterator[Span]:
        """A span, current inside the context; nothing of an exception is recorded."""
        with self._tracer.start_as_current_span(
            name,
            kind=kind,
            attributes=dict(attributes),
            context=parent,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            yield span


def parent_of(meta: Mapping[str, Any] | None) -> Context | None:
    """The client's span, so that its trace goes on here; None where it sent none.

    Only the two numbers and the flag are taken: `tracestate` and `baggage` are texts of the client's.
    """
    found = extract_trace_context(meta)
    if found is None:
        return None
    sent = get_current_span(found).get_span_context()
    flags = TraceFlags(sent.trace_flags & TraceFlags.SAMPLED)
    numbers = SpanContext(sent.trace_id, sent.span_id, is_remote=True, trace_flags=flags)
    return set_span_in_context(NonRecordingSpan(numbers), Context())


def is_recording() -> bool:
    """Whether the current span is one of ours that is exported."""
    return get_current_span().is_recording()
