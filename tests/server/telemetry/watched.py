"""A desk whose spans, metrics and log a test can read."""

import io
import json
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families

from server.app import build
from server.sandbox import SandboxTransport
from server.telemetry.prometheus import PrometheusSink
from server.telemetry.routes import Routes
from server.telemetry.store import FollowedEngine
from server.telemetry.telemetry import Telemetry
from server.telemetry.tracing import Tracing
from tests.desk import YES, Desk, desk, sandboxes, settings
from tests.stores import store_at
from tools.kit.network import Network
from tools.platforms import PLATFORMS


@dataclass
class Watched:
    """The desk, and what leaves it beside its answers."""

    desk: Desk
    telemetry: Telemetry
    exporter: InMemorySpanExporter
    stderr: io.StringIO

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())

    def span(self, name: str) -> ReadableSpan:
        """The last span of this name."""
        *_, last = [span for span in self.spans if span.name == name]
        return last

    def samples(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        """All series, by name and labels."""
        return samples(self.page())

    def value(self, name: str, **labels: str) -> float:
        return self.samples().get((name, tuple(sorted(labels.items()))), 0.0)

    def page(self) -> str:
        assert self.telemetry.page is not None
        return self.telemetry.page().decode()

    def lines(self) -> list[dict[str, Any]]:
        """The log; each line is one object."""
        return [json.loads(line) for line in self.stderr.getvalue().splitlines()]

    def calls(self) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["logger"] == "testdesk.calls"]

    def exported(self) -> str:
        """All that leaves by spans and metrics, as text."""
        return "".join(span.to_json() for span in self.spans) + self.page()


def samples(page: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """The series of a page of Prometheus."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


@contextmanager
def stderr_read() -> Iterator[io.StringIO]:
    """Standard error as a text, with logging as it was afterwards."""
    root, calls = logging.getLogger(), logging.getLogger("testdesk.calls")
    before = root.handlers, root.level, calls.level
    with pytest.MonkeyPatch.context() as patch:
        stderr = io.StringIO()
        patch.setattr(sys, "stderr", stderr)
        try:
            yield stderr
        finally:
            root.handlers = before[0]
            root.setLevel(before[1])
            calls.setLevel(before[2])


def collecting() -> tuple[Telemetry, InMemorySpanExporter]:
    """Telemetry in memory."""
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    sink = PrometheusSink()
    return Telemetry(Routes(PLATFORMS), [sink], Tracing(provider), page=sink.page), exporter


@asynccontextmanager
async def watched(mode: str = "auto", *, person: Any = YES, **environment: str) -> AsyncIterator[Watched]:
    """Open a desk with telemetry, and its log as JSON."""
    world, chosen = sandboxes(), settings({"TESTDESK_LOG": "json", **environment})
    telemetry, exporter = collecting()
    with telemetry.installed(), stderr_read() as stderr:
        engine = FollowedEngine(store_at(None), telemetry)
        server = build(chosen, network=Network(SandboxTransport(world)), engine=engine, telemetry=telemetry)
        async with desk(mode, person=person, told=chosen, world=world, server=server) as d:
            yield Watched(d, telemetry, exporter, stderr)
