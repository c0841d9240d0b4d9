"""The exporters of OpenTelemetry, over HTTP; they read the standard variables themselves."""

import os
import time
import uuid
from collections.abc import Sequence
from functools import partial
from threading import Thread
from typing import Any, Final

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import CallbackOptions, Histogram, Observation
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from server.telemetry.instruments import METRICS, Metric
from server.version import __version__

CLOSING_SECONDS: Final = 3.0
"""How long the last batch may take: a collector that is away must not hold up a stop."""
NAME: Final = "testdesk"


def resource() -> Resource:
    """What the spans and metrics of this process are of; the standard variables come first."""
    ours = {SERVICE_NAME: NAME, SERVICE_VERSION: __version__, SERVICE_INSTANCE_ID: str(uuid.uuid4())}
    named = Resource.create()
    # The SDK's own name stands for "nobody has said": unknown_service.
    if os.environ.get("OTEL_SERVICE_NAME", "").strip() or "service.name=" in os.environ.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    ):
        ours.pop(SERVICE_NAME)
    return named.merge(Resource(ours))


def tracer_provider(of: Resource) -> TracerProvider:
    """Spans leave in batches, from a thread."""
    provider = TracerProvider(resource=of, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def meter_provider(of: Resource) -> MeterProvider:
    """Metrics leave once a minute, from a thread."""
    reader = PeriodicExportingMetricReader(OTLPMetricExporter())
    return MeterProvider(
        metric_readers=[reader],
        resource=of,
        shutdown_on_exit=False,
        exemplar_filter=AlwaysOffExemplarFilter(),  # a trace says more
    )


class MeterSink:
    """Counts for a meter. Sums are kept here and read at each export, which costs a call a tenth of an instrument."""

    def __init__(self, provider: MeterProvider) -> None:
        self.provider = provider
        meter = provider.get_meter(NAME, __version__)
        self._sums: dict[Metric, dict[tuple[str, ...], float]] = {}
        self._histograms: dict[Metric, Histogram] = {}
        for metric in METRICS:
            how: dict[str, Any] = {"unit": metric.unit, "description": metric.meaning}
            if metric.kind == "histogram":
                self._histograms[metric] = meter.create_histogram(
                    metric.dotted, **how, explicit_bucket_boundaries_advisory=metric.buckets
                )
                continue
            self._sums[metric] = {} if metric.labels else {(): 0.0}
            how["callbacks"] = [partial(self._current, metric)]
            if metric.kind == "counter":
                meter.create_observable_counter(metric.dotted, **how)
            elif metric.joins == "least":
                meter.create_observable_gauge(metric.dotted, **how)
            else:
                meter.create_observable_up_down_counter(metric.dotted, **how)

    def add(self, metric: Metric, amount: float, values: Sequence[str]) -> None:
        sums, key = self._sums[metric], tuple(values)
        sums[key] = sums.get(key, 0.0) + amount

    def observe(self, metric: Metric, seconds: float, values: Sequence[str]) -> None:
        self._histograms[metric].record(seconds, dict(zip(metric.labels, values, strict=True)))

    def put(self, metric: Metric, value: float) -> None:
        self._sums[metric][()] = value

    def _current(self, metric: Metric, _: CallbackOptions) -> list[Observation]:
        """The sums, for the thread that exports."""
        return [
            Observation(value, dict(zip(metric.labels, values, strict=True)))
            for values, value in self._sums[metric].copy().items()
        ]


def close(providers: Sequence[TracerProvider | MeterProvider]) -> None:
    """Send what is left, for a few seconds at most; the threads end with the process."""
    threads = [Thread(target=provider.shutdown, daemon=True) for provider in providers]
    until = time.monotonic() + CLOSING_SECONDS
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
