"""A real export: to a receiver of OTLP over HTTP on this machine, whose bodies are decoded."""

import http.server
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from server.app import build
from server.sandbox import SandboxTransport
from server.telemetry.settings import TelemetrySettings
from server.telemetry.start import started
from tests.desk import desk, sandboxes, settings
from tests.server.telemetry.watched import stderr_read
from tools.kit.network import Network
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio


class Receiver(http.server.ThreadingHTTPServer):
    """Takes what is exported."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies: dict[str, list[bytes]] = {}
        self.headers: list[dict[str, str]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def spans(self) -> list[Any]:
        asked = [ExportTraceServiceRequest.FromString(body) for body in self.bodies["/v1/traces"]]
        return [s for one in asked for r in one.resource_spans for scope in r.scope_spans for s in scope.spans]

    def metrics(self) -> dict[str, Any]:
        asked = [ExportMetricsServiceRequest.FromString(body) for body in self.bodies["/v1/metrics"]]
        return {
            m.name: m for one in asked for r in one.resource_metrics for scope in r.scope_metrics for m in scope.metrics
        }


class Handler(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.setdefault(self.path, []).append(body)
        self.server.headers.append(dict(self.headers.items()))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.address)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=collector-key-1")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("name", ["", "desk-of-ours"])
async def test_spans_and_metrics_arrive(receiver: Receiver, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name:
        monkeypatch.setenv("OTEL_SERVICE_NAME", name)
    telemetry = started(TelemetrySettings(traces=True, metrics=True), PLATFORMS)
    with stderr_read(), telemetry.running():
        world = sandboxes()
        server = build(settings(), network=Network(SandboxTransport(world)), telemetry=telemetry)
        async with desk(server=server, world=world) as d:
            await d.answer("testio_get_bug", bug_id=88101)
    spans = {span.name: span for span in receiver.spans()}
    call, request = spans["tools/call testio_get_bug"], spans["GET /bugs/{bug_id}"]
    assert request.parent_span_id == call.span_id
    assert request.trace_id == call.trace_id
    metrics = receiver.metrics()
    (counted,) = [p for p in metrics["testdesk.calls"].sum.data_points if p.as_int or p.as_double]
    assert {a.key: a.value.string_value for a in counted.attributes} == {"tool": "testio_get_bug", "outcome": "done"}
    assert metrics["testdesk.call_seconds"].unit == "s"
    assert {headers["api-key"] for headers in receiver.headers} == {"collector-key-1"}
    (resource,) = {
        tuple((a.key, a.value.string_value) for a in r.resource.attributes)
        for body in receiver.bodies["/v1/traces"]
        for r in ExportTraceServiceRequest.FromString(body).resource_spans
    }
    assert dict(resource)["service.name"] == (name or "testdesk")
    assert not [key for key, _ in resource if key.startswith(("host.", "process.", "os."))]


async def test_a_collector_that_is_away_delays_no_call_and_no_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")  # discard: nothing listens
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr("server.telemetry.export.CLOSING_SECONDS", 0.5)
    telemetry = started(TelemetrySettings(traces=True, metrics=True), PLATFORMS)
    with stderr_read():
        logging.disable(logging.CRITICAL)
        try:
            with telemetry.installed():
                world = sandboxes()
                server = build(settings(), network=Network(SandboxTransport(world)), telemetry=telemetry)
                async with desk(server=server, world=world) as d:
                    await d.answer("testio_get_bug", bug_id=88101)
            began = time.monotonic()
            telemetry.close()
            assert time.monotonic() - began < 3 * 0.5
        finally:
            logging.disable(logging.NOTSET)
