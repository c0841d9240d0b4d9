"""Telemetry: spans and metrics of one process, fed by the server's and the clients' reports."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, get_args

from server.observing import REASONS, Answer, Reason, events
from server.store.acts import Outcome as ActOutcome
from server.telemetry import instruments as m
from server.telemetry.routes import Routes
from tools.kit.observing import observing

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from server.telemetry.tracing import Tracing


ACT_OUTCOMES: Final = tuple(outcome.replace(" ", "_") for outcome in get_args(ActOutcome))


class Telemetry:
    """What is seen of a process from outside."""

    def __init__(
        self,
        routes: Routes,
        sinks: Sequence[m.Sink] = (),
        tracing: "Tracing | None" = None,
        *,
        page: Callable[[], bytes] | None = None,
        secrets: Sequence[str] = (),
        close: Callable[[], None] | None = None,
    ) -> None:
        self.routes, self.measures, self.tracing, self.page = routes, m.Measures(sinks), tracing, page
        self.secrets = tuple(secrets)
        """Credentials of the collector, to be masked wherever they might appear."""
        self._close = close
        self._is_serving, self._store_answers = False, True
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        """Enter the series that alerts look at: of one that begins with its first event nobody sees an increase."""
        for reason in REASONS:
            self.measures.add(m.TURNED_AWAY, reason, amount=0)
        for platform in self.routes.keys:
            for outcome in ACT_OUTCOMES:
                self.measures.add(m.ACTS, platform, outcome, amount=0)

    @contextmanager
    def installed(self) -> Iterator[Self]:
        """Follow everything that runs inside the context, and all tasks that begin in it."""
        tokens = observing.set(self), events.set(self)
        try:
            yield self
        finally:
            observing.reset(tokens[0])
            events.reset(tokens[1])

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Follow everything inside the context, and export the rest at its end."""
        try:
            with self.installed():
                yield self
        finally:
            self.close()

    def close(self) -> None:
        """Send what is left to be exported, for a few seconds at most."""
        if self._close is not None:
            self._close()

    def request(self, platform: str, method: str, where: str, attempt: int) -> "Exchanged":
        return Exchanged(self, platform, method, where, attempt)

    def waiting(self) -> AbstractContextManager[object]:
        return self.measures.during(m.REQUESTS_WAITING)

    def call_waiting(self) -> AbstractContextManager[object]:
        return self.measures.during(m.CALLS_WAITING)

    def act_ended(self, platform: str, outcome: str) -> None:
        self.measures.add(m.ACTS, platform, outcome.replace(" ", "_"))

    def question(self, answer: Answer) -> None:
        self.measures.add(m.QUESTIONS, answer)

    def turned_away(self, reason: Reason) -> None:
        self.measures.add(m.TURNED_AWAY, reason)

    def readiness(self, *, is_ready: bool) -> None:
        self._is_serving = is_ready
        self._put_readiness()

    def store_answered(self, *, is_well: bool) -> None:
        """A transaction of the store has ended."""
        if not is_well:
            self.measures.add(m.STORE_ERRORS)
        if is_well is not self._store_answers:
            self._store_answers = is_well
            self._put_readiness()

    def _put_readiness(self) -> None:
        self.measures.put(m.READY, float(self._is_serving and self._store_answers))

    @contextmanager
    def transaction(self, kind: str) -> Iterator[None]:
        """Follow a transaction of the store."""
        began = time.perf_counter()
        try:
            with self._store_span(kind):
                yield
        finally:
            self.measures.observe(m.STORE, time.perf_counter() - began, kind)

    def _store_span(self, kind: str) -> AbstractContextManager[object]:
        """A span within a call's; what the server does by itself gets none."""
        if self.tracing is None:
            return nullcontext()
        from opentelemetry.trace import SpanKind

        from server.telemetry.tracing import is_recording

        return self.tracing.span(f"store {kind}", SpanKind.INTERNAL, {}) if is_recording() else nullcontext()


class Exchanged:
    """One request to a platform."""

    __slots__ = ("_attempt", "_began", "_method", "_open", "_platform", "_span", "_status", "_telemetry", "_where")

    def __init__(self, telemetry: Telemetry, platform: str, method: str, where: str, attempt: int) -> None:
        self._telemetry, self._method, self._where, self._attempt = telemetry, method, where, attempt
        self._platform = telemetry.routes.platform(platform)
        self._status = 0
        self._span: Span | None = None
        self._open: AbstractContextManager[Span] | None = None

    def answered(self, status: int) -> None:
        self._status = status

    def __enter__(self) -> Self:
        tracing = self._telemetry.tracing
        if tracing is not None:
            from opentelemetry.trace import SpanKind

            route = self._telemetry.routes.template(self._platform, self._method, self._where)
            attributes: dict[str, str | int | float | bool] = {
                "http.request.method": self._method,
                "url.template": route,
                "testdesk.platform": self._platform,
                "testdesk.attempt": self._attempt,
            }
            self._open = tracing.span(f"{self._method} {route}", SpanKind.CLIENT, attributes)
            self._span = self._open.__enter__()
        self._began = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        measures, status = self._telemetry.measures, f"{self._status // 100}xx" if self._status else "none"
        measures.observe(m.REQUEST_SECONDS, time.perf_counter() - self._began, self._platform)
        measures.add(m.REQUESTS, self._platform, status)
        if self._open is not None and self._span is not None:
            if self._status:
                self._span.set_attribute("http.response.status_code", self._status)
            if kind is not None:
                from opentelemetry.trace import StatusCode

                self._span.set_attribute("error.type", kind.__name__)
                self._span.set_status(StatusCode.ERROR)
            self._open.__exit__(kind, error, trace)
