"""What is to be exported, by the standard variables of OpenTelemetry and our own options."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
HTTP: Final = frozenset({"", "http/protobuf"})
_SIGNALS: Final = ("TRACES", "METRICS")


@dataclass(frozen=True)
class TelemetrySettings:
    """What is exported, and where Prometheus may read."""

    traces: bool = False
    metrics: bool = False
    port: int | None = None
    """The port of the page for Prometheus; None: there is none."""
    host: str = "127.0.0.1"
    secrets: tuple[str, ...] = ()
    """The collector's credentials."""
    warnings: tuple[str, ...] = ()

    @property
    def is_wanted(self) -> bool:
        return self.traces or self.metrics or self.port is not None


def read_telemetry(
    environment: Mapping[str, str], *, port: int | None = None, host: str = "127.0.0.1"
) -> TelemetrySettings:
    """Read the standard variables; what Testdesk cannot do is a warning, for they are often set for other programs."""
    given = {name: value.strip() for name, value in environment.items() if name.startswith("OTEL_") and value.strip()}
    warnings: list[str] = []
    on = {signal: _is_on(signal, given, warnings) for signal in _SIGNALS}
    if given.get("OTEL_SDK_DISABLED", "").lower() == "true":
        on, warnings = dict.fromkeys(_SIGNALS, False), []
    return TelemetrySettings(
        traces=on["TRACES"],
        metrics=on["METRICS"],
        port=port,
        host=host,
        secrets=tuple(_secrets(given)),
        warnings=tuple(warnings),
    )


def _is_on(signal: str, given: Mapping[str, str], warnings: list[str]) -> bool:
    chosen, exporter = f"OTEL_{signal}_EXPORTER", given.get(f"OTEL_{signal}_EXPORTER", "").lower()
    own = f"OTEL_EXPORTER_OTLP_{signal}_"
    has_place = bool(given.get(ENDPOINT) or given.get(f"{own}ENDPOINT"))
    if exporter == "none" or not (exporter or has_place):
        return False
    if exporter not in {"", "otlp"}:
        # The exporter "console" would write into the protocol's own stream.
        warnings.append(f"{chosen} is {exporter[:40]!r}; Testdesk exports by otlp only, so nothing is exported.")
        return False
    protocol = (given.get(f"{own}PROTOCOL") or given.get("OTEL_EXPORTER_OTLP_PROTOCOL", "")).lower()
    if protocol not in HTTP:
        warnings.append(
            f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol[:40]!r}; Testdesk exports over http/protobuf only, so no "
            f"{signal.lower()} are exported."
        )
        return False
    return True


def _secrets(given: Mapping[str, str]) -> list[str]:
    """The values of headers, and the password in an address."""
    found = []
    for name, value in given.items():
        if name.endswith("_HEADERS"):
            found += [unquote(pair.partition("=")[2].strip()) for pair in value.split(",")]
        elif name.endswith("_ENDPOINT"):
            try:
                found.append(urlsplit(value).password or "")
            except ValueError:
                continue
    # "Bearer" and the like are no secret; what follows is.
    return [part for value in found for part in {value, value.rpartition(" ")[2]} if part]
