"""The metrics, as data: names, labels and units; and the places where they are counted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal, Protocol

Kind = Literal["counter", "histogram", "gauge"]
SECONDS: Final = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)
"""Upper bounds of a histogram's buckets; a platform's request may take two minutes."""
STORE_SECONDS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0)


@dataclass(frozen=True)
class Metric:
    """One metric; labels take few values, all of them our own words."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    joins: Literal["sum", "least"] = "sum"
    """How the values of several processes make one, for a gauge."""

    @property
    def dotted(self) -> str:
        """The name as OpenTelemetry writes it."""
        return self.name.replace("testdesk_", "testdesk.", 1)

    @property
    def unit(self) -> str:
        return "s" if self.kind == "histogram" else "1"


CALLS: Final = Metric("testdesk_calls", "counter", "Calls of tools that have ended.", ("tool", "outcome"))
CALL_SECONDS: Final = Metric(
    "testdesk_call_seconds",
    "histogram",
    "Duration of calls of tools, without the time in which they waited for the user.",
    ("platform", "effect"),
    SECONDS,
)
IN_FLIGHT: Final = Metric("testdesk_calls_in_flight", "gauge", "Calls of tools that have begun and not ended.")
CALLS_WAITING: Final = Metric("testdesk_calls_waiting", "gauge", "Calls that wait in the queue of their person.")
MESSAGES: Final = Metric("testdesk_messages", "counter", "Messages of clients.", ("method", "era"))
SESSIONS: Final = Metric("testdesk_sessions", "counter", "Sessions that a handshake has opened.")
REQUESTS: Final = Metric(
    "testdesk_platform_requests", "counter", "Requests to platforms, repetitions included.", ("platform", "status")
)
REQUEST_SECONDS: Final = Metric(
    "testdesk_platform_request_seconds",
    "histogram",
    "Duration of requests to platforms, from sending to the end of the body.",
    ("platform",),
    SECONDS,
)
REQUESTS_WAITING: Final = Metric(
    "testdesk_platform_requests_waiting", "gauge", "Requests that wait for their turn at a platform."
)
ACTS: Final = Metric("testdesk_acts", "counter", "Acts on record that have ended.", ("platform", "outcome"))
QUESTIONS: Final = Metric(
    "testdesk_questions", "counter", "Questions that were put to users, and their answers.", ("answer",)
)
TURNED_AWAY: Final = Metric(
    "testdesk_auth_failures", "counter", "Requests over HTTP without a valid credential.", ("reason",)
)
STORE: Final = Metric(
    "testdesk_store_seconds", "histogram", "Duration of transactions of the store.", ("kind",), STORE_SECONDS
)
STORE_ERRORS: Final = Metric("testdesk_store_errors", "counter", "Transactions of the store that failed.")
READY: Final = Metric(
    "testdesk_ready",
    "gauge",
    "1 while the server takes calls and its store answers, else 0; of several workers the least.",
    joins="least",
)

METRICS: Final = (
    *(CALLS, CALL_SECONDS, IN_FLIGHT, CALLS_WAITING, MESSAGES, SESSIONS),
    *(REQUESTS, REQUEST_SECONDS, REQUESTS_WAITING, ACTS, QUESTIONS, TURNED_AWAY),
    *(STORE, STORE_ERRORS, READY),
)


class Sink(Protocol):
    """A place where metrics are counted; values of labels stand in the metric's order."""

    def add(self, metric: Metric, amount: float, values: Sequence[str]) -> None:
        """Add to a counter or a gauge."""

    def observe(self, metric: Metric, seconds: float, values: Sequence[str]) -> None:
        """Enter a duration into a histogram."""

    def put(self, metric: Metric, value: float) -> None:
        """Set a gauge without labels."""


class Measures:
    """Counts in all places at once."""

    def __init__(self, sinks: Sequence[Sink] = ()) -> None:
        self._sinks = tuple(sinks)

    def add(self, metric: Metric, *values: str, amount: float = 1) -> None:
        for sink in self._sinks:
            sink.add(metric, amount, values)

    def observe(self, metric: Metric, seconds: float, *values: str) -> None:
        for sink in self._sinks:
            sink.observe(metric, seconds, values)

    def put(self, metric: Metric, value: float) -> None:
        for sink in self._sinks:
            sink.put(metric, value)

    @contextmanager
    def during(self, metric: Metric) -> Iterator[None]:
        """Count one more in a gauge, inside the context."""
        self.add(metric)
        try:
            yield
        finally:
            self.add(metric, amount=-1)
