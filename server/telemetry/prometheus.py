"""Metrics for Prometheus: a registry of this process, or the files that several workers of one machine share."""

import os
from collections.abc import Sequence
from typing import Any, Final, Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from server.telemetry.instruments import METRICS, Metric
from server.telemetry.workers import folder

_JOINS: Final[dict[str, Literal["livesum", "livemin"]]] = {"sum": "livesum", "least": "livemin"}


class PrometheusSink:
    """Counts in a registry of its own, without what the library registers by itself."""

    def __init__(self) -> None:
        self._folder = folder(os.environ)
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside each of a counter
        self._registry = CollectorRegistry()
        self._metrics: dict[Metric, Any] = {metric: _made(metric, self._registry) for metric in METRICS}
        for metric, made in self._metrics.items():
            if metric.kind != "histogram" and not metric.labels:
                made.inc(0) if metric.kind == "counter" else made.set(0)
        if self._folder is None:
            ProcessCollector(registry=self._registry)  # memory and processor time of one process say nothing of several

    def add(self, metric: Metric, amount: float, values: Sequence[str]) -> None:
        self._of(metric, values).inc(amount)

    def observe(self, metric: Metric, seconds: float, values: Sequence[str]) -> None:
        self._of(metric, values).observe(seconds)

    def put(self, metric: Metric, value: float) -> None:
        self._metrics[metric].set(value)

    def _of(self, metric: Metric, values: Sequence[str]) -> Any:
        made = self._metrics[metric]
        return made.labels(*values) if metric.labels else made

    def page(self) -> bytes:
        """All metrics in the text format; of all workers, whichever of them is asked."""
        if self._folder is None:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together, path=str(self._folder))  # type: ignore[no-untyped-call]
        return generate_latest(together)


def _made(metric: Metric, registry: CollectorRegistry) -> Any:
    match metric.kind:
        case "counter":
            return Counter(metric.name, metric.meaning, metric.labels, registry=registry)
        case "histogram":
            return Histogram(metric.name, metric.meaning, metric.labels, registry=registry, buckets=metric.buckets)
        case "gauge":
            mode = _JOINS[metric.joins]
            return Gauge(metric.name, metric.meaning, metric.labels, registry=registry, multiprocess_mode=mode)
