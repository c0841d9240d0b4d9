"""Telemetry starts where it is asked for; tests/server/test_loaded.py has that nothing of it is loaded elsewhere."""

import sys

import pytest

import server.telemetry
from server.guards.redact import Redactor
from server.settings import SettingsError
from server.telemetry.settings import TelemetrySettings, read_telemetry
from server.telemetry.start import start_asked
from tools.platforms import PLATFORMS

COLLECTOR = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.fixture
def without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("prometheus_client", "opentelemetry.exporter"))]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("server.telemetry.prometheus", "server.telemetry.export"):
        monkeypatch.delitem(sys.modules, name, raising=False)
        # What a package has imported is its attribute too.
        monkeypatch.delattr(server.telemetry, name.rpartition(".")[2], raising=False)
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter", None)


@pytest.mark.usefixtures("without_the_extra")
def test_without_the_extra_an_option_is_refused_and_a_variable_only_warned_about() -> None:
    warned = list[str]()
    with pytest.raises(SettingsError, match="pip install 'testdesk\\[telemetry\\]'"):
        start_asked({}, PLATFORMS, warned.append, port=0)
    assert start_asked(COLLECTOR, PLATFORMS, warned.append) is None
    assert warned == [
        "OTEL_ variables ask for traces or metrics, and OpenTelemetry is not installed: "
        "pip install 'testdesk[telemetry]'."
    ]


@pytest.mark.parametrize(
    ("environment", "traces", "metrics", "warnings"),
    [
        ({}, False, False, 0),
        ({"OTEL_SERVICE_NAME": "desk"}, False, False, 0),
        (COLLECTOR, True, True, 0),
        ({**COLLECTOR, "OTEL_METRICS_EXPORTER": "none"}, True, False, 0),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True, False, 0),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True, False, 0),
        ({**COLLECTOR, "OTEL_SDK_DISABLED": "true"}, False, False, 0),
        ({**COLLECTOR, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, False, False, 2),
        ({**COLLECTOR, "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": "grpc"}, True, False, 1),
        ({"OTEL_TRACES_EXPORTER": "console", "OTEL_METRICS_EXPORTER": "prometheus"}, False, False, 2),
    ],
)
def test_the_standard_variables_say_what_is_exported(
    environment: dict[str, str], traces: bool, metrics: bool, warnings: int
) -> None:
    read = read_telemetry(environment)
    assert (read.traces, read.metrics, len(read.warnings)) == (traces, metrics, warnings)
    assert read.is_wanted is (traces or metrics)


def test_the_collector_s_credentials_are_masked() -> None:
    read = read_telemetry(
        {
            "OTEL_EXPORTER_OTLP_HEADERS": "api-key=abc%3D42-collector,Authorization=Bearer%20zebra-token-9",
            "OTEL_EXPORTER_OTLP_ENDPOINT": "https://user:pass-of-collector@collector.example:4318",
        }
    )
    masked = Redactor(read.secrets)("abc=42-collector zebra-token-9 pass-of-collector")
    assert not {"collector", "zebra"} & set(masked.replace("-", " ").split())


def test_what_nobody_asked_for_is_not_started() -> None:
    assert start_asked({"OTEL_SERVICE_NAME": "desk"}, PLATFORMS, pytest.fail) is None
    assert not TelemetrySettings().is_wanted
