"""Starts telemetry where it is wanted; nothing of the extra is imported before."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from server.credentials import SettingsError
from server.telemetry.instruments import Sink
from server.telemetry.routes import Routes
from server.telemetry.settings import TelemetrySettings, read_telemetry
from server.telemetry.telemetry import Telemetry
from tools.kit.platform import Platform

MISSING: Final = "is not installed: pip install 'testdesk[telemetry]'."


def start_asked(
    environment: Mapping[str, str],
    platforms: Sequence[Platform],
    warn: Callable[[str], object],
    *,
    port: int | None = None,
    host: str = "127.0.0.1",
) -> Telemetry | None:
    """Start what the environment and the options ask for.

    A variable may be set for other programs, so what it asks for and cannot be had is a warning; an option is not.

    Raises:
        SettingsError: when the page for Prometheus was asked for and cannot be had.
    """
    settings = read_telemetry(environment, port=port, host=host)
    for sentence in settings.warnings:
        warn(sentence)
    if not settings.is_wanted:
        return None
    try:
        return started(settings, platforms)
    except ImportError as error:
        if port is not None:
            raise SettingsError(f"--metrics-port needs prometheus_client, which {MISSING}") from error
        warn(f"OTEL_ variables ask for traces or metrics, and OpenTelemetry {MISSING}")
    except ValueError as error:
        warn(f"Nothing is exported: a variable of OpenTelemetry cannot be used ({type(error).__name__}).")
    return None


def started(settings: TelemetrySettings, platforms: Sequence[Platform]) -> Telemetry:
    """Open the exporters, and the registry for Prometheus."""
    sinks: list[Sink] = []
    page, tracing, providers = None, None, list[Any]()
    if settings.port is not None:
        from server.telemetry.prometheus import PrometheusSink

        sink = PrometheusSink()
        sinks.append(sink)
        page = sink.page
    if settings.traces or settings.metrics:
        from server.telemetry import export
        from server.telemetry.tracing import Tracing

        of = export.resource()
        if settings.metrics:
            providers.append(export.meter_provider(of))
            sinks.append(export.MeterSink(providers[-1]))
        if settings.traces:
            providers.append(export.tracer_provider(of))
            tracing = Tracing(providers[-1])
        close = partial(export.close, providers)
    else:
        close = None
    return Telemetry(Routes(platforms), sinks, tracing, page=page, secrets=settings.secrets, close=close)
